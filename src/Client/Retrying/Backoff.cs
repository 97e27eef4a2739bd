namespace GenOps.ControlPlane.Client;

/// <summary>How long to wait between attempts: doubling, capped, jittered so that many clients don't come back at once.</summary>
internal static class Backoff
{
    private const int DoublingsMax = 20;

    /// <param name="options">The bounds.</param>
    /// <param name="failures">How many attempts failed in a row; 1 or more.</param>
    /// <param name="last">The last failure, whose own wish is the least that is waited.</param>
    public static TimeSpan After(GenOpsClientOptions options, int failures, Exception last)
    {
        var whole = options.RetryDelayMin * Math.Pow(2, Math.Min(failures - 1, DoublingsMax));
        var capped = whole < options.RetryDelayMax ? whole : options.RetryDelayMax;
        var jittered = capped * (0.5 + Random.Shared.NextDouble() / 2);
        var wished = TransientFailure.RetryAfter(last);
        return jittered > wished ? jittered : wished;
    }
}
