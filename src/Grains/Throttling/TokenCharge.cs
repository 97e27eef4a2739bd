namespace GenOps.ControlPlane.Throttling;

/// <summary>What a limit on tokens was charged with when a workload began.</summary>
/// <param name="Limiter">The limit.</param>
/// <param name="Mark">Where in it the charge lies.</param>
internal readonly record struct TokenCharge(GcraLimiter Limiter, Int128 Mark)
{
    /// <summary>Corrects it by the truth.</summary>
    /// <param name="estimated">What was charged.</param>
    /// <param name="actual">What was taken; it counts also beyond the limit.</param>
    /// <param name="now">The instant.</param>
    public void Correct(long estimated, long actual, DateTimeOffset now)
    {
        if (actual < estimated)
            Limiter.GiveBack(estimated - actual, Mark, now);
        else
            Limiter.Take(actual - estimated, now);
    }
}
