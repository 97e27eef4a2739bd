namespace GenOps.ControlPlane.Silo.Demo.Traces;

/// <summary>What a trace may hold.</summary>
internal sealed record TraceLimits
{
    /// <summary>The most calls.</summary>
    /// <value>1,000,000.</value>
    public int CallsMax { get; init; } = 1_000_000;

    /// <summary>The most tokens of one count.</summary>
    /// <value>10,000,000.</value>
    public long TokensMax { get; init; } = 10_000_000;

    /// <summary>The longest line, in characters.</summary>
    /// <value>1,000.</value>
    public int LineCharsMax { get; init; } = 1_000;
}
