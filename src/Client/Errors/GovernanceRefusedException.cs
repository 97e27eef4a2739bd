using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
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

    /// <summary>The approval that the action waits for; null if none.</summary>
    public ApprovalId? Approval => Decision.ApprovalId();

    /// <summary>
    /// Whether a person has to approve first: <see cref="IGenOpsClient.AwaitApprovalAsync(ApprovalId, WorkloadDraft, bool?, CancellationToken)"/>
    /// waits for it.
    /// </summary>
    public bool NeedsApproval => Decision.NeedsApproval();

    /// <summary>How long to wait before asking again, with a new workload; null if waiting does not help.</summary>
    public TimeSpan? RetryAfter => Decision.RetryAfterMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
