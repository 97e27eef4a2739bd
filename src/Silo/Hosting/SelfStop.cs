using GenOps.ControlPlane.Silo.Http;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// Ends this node without handing over: others have taken its actors already, or are to. From the first moment it takes no
/// request and is not ready.
/// </summary>
internal sealed class SelfStop(IProcessExit exit, ILogger<SelfStop> log) : IReadinessCondition
{
    private string? _reason;

    /// <summary>Why it ends; null while it does not.</summary>
    public string? Reason => Volatile.Read(ref _reason);

    /// <inheritdoc/>
    public string? WhyNotReady => Reason;

    /// <summary>Ends it. Only the first call counts.</summary>
    /// <param name="code">The exit code.</param>
    /// <param name="reason">Why, for the log and for whoever asks meanwhile.</param>
    public void Begin(int code, string reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
            return;

        ClusterLog.SelfStop(log, reason, code);
        exit.End(code, reason);
    }
}
