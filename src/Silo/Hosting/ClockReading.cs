namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>One comparison of this machine's clock with the database's.</summary>
/// <param name="Ahead">How far this clock is ahead, negative if behind, supposing that both ways took equally long.</param>
/// <param name="RoundTrip">How long question and answer took.</param>
internal readonly record struct ClockReading(TimeSpan Ahead, TimeSpan RoundTrip)
{
    /// <summary>The reading of a question asked at <paramref name="askedAt"/> and answered after <paramref name="roundTrip"/> with <paramref name="answer"/>.</summary>
    public static ClockReading Of(DateTimeOffset askedAt, TimeSpan roundTrip, DateTimeOffset answer) =>
        new(askedAt + roundTrip / 2 - answer, roundTrip);

    /// <summary>By how much the clocks differ at least: the answer was given at some moment of the round trip.</summary>
    public TimeSpan LeastSkew
    {
        get
        {
            var skew = Ahead.Duration() - RoundTrip / 2;
            return skew > TimeSpan.Zero ? skew : TimeSpan.Zero;
        }
    }
}
