using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The workload was decided, and it must not run: BLOCKED or RATE_LIMITED. Thrown where
/// <see cref="GenOpsClientOptions.ThrowOnRefusal"/> is on; nothing is left to settle.
/// </summary>
public sealed class GovernanceRefusedException : GenOpsException
{
    /// <summary>Creates one.</summary>
    /// <param name="decision">A decision that does not admit.</param>
    public GovernanceRefusedException(Decision decision)
        : base(
            decision.Result == DecisionResult.RateLimited ? 429 : 403,
            decision.ReasonCode ?? decision.Result.Text(),
            $"workload {decision.Id} is {decision.Result.Text()} ({decision.ReasonCode}): {decision.Reason ?? "no reason was given"}")
        => Decision = decision;

    /// <summary>The decision, with its reason code, what determined it, and a pending approval if there is one.</summary>
    public Decision Decision { get; }

    /// <summary>How long to wait before asking again, with a new workload; null if waiting does not help.</summary>
    public TimeSpan? RetryAfter => Decision.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
