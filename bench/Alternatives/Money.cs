namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>What a call holds and costs, in millionths of a dollar: the same everywhere.</summary>
internal static class Money
{
    public const long PicoEach = 1_000_000;

    public const long Reserved = 315;

    public const long Spent = 207;

    /// <summary>What somebody claims who asks otherwise.</summary>
    public const long Claimed = 200;
}
