using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// How much an agent may do at once and in a minute, and whether what it calls works at all. In memory: an agent that nothing
// limits and whose calls don't fail has none of it.
public sealed partial class AgentGrain
{
    private AgentThrottle? _throttle;
    private RefusalFlood? _flood;

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await SummarizeAsync(all: true);
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <summary>Why a workload may not begin just now; null if it may.</summary>
    private ThrottleFault? Throttle(WorkloadRequest request, AdmittedChain? chain, AgentLimits? limits)
    {
        if (_throttle is null && !AgentThrottle.IsNeeded(limits, chain))
            return null;

        _throttle ??= new AgentThrottle(Stream, throttling.Value);
        return _throttle.Check(request, limits, LeafOf(chain), chain, Now);
    }

    /// <summary>Takes what a workload takes of every limit, right after <see cref="Throttle"/> let it pass.</summary>
    private void Begin(WorkloadId id, WorkloadRequest request, AdmittedChain? chain, AgentLimits? limits)
    {
        var now = Now;
        _throttle?.Begin(id, request, limits, LeafOf(chain), chain, now + TimeSpan.FromSeconds(request.TtlSeconds ?? WorkloadRequest.TtlSecondsDefault), now);
    }

    /// <summary>Gives back what it took, and learns from how it ended.</summary>
    /// <param name="id">The workload.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="report">How it ended; null if it never ran.</param>
    private void End(WorkloadId id, WorkloadRequest request, Reconciliation? report)
    {
        if (_throttle is null && report is not null && (AgentThrottle.IsNeededFor(request, report) || State.Limits?.EnforceSla == true))
            _throttle = new AgentThrottle(Stream, throttling.Value);
        if (_throttle is not { } throttle)
            return;

        throttle.End(id, request, report, Now);
        if (throttle.IsIdle(Now))
            _throttle = null;
    }

    /// <summary>The refusal, recorded by itself or in a count of many.</summary>
    private async Task<Decision> HeldBackAsync(WorkloadId id, WorkloadRequest request, ContentHash hash, ThrottleFault fault, AuthorityCheck check, AdmittedChain? chain, bool dryRun)
    {
        var decision = new Decision(
            id, fault.Result, fault.Code, fault.Reason, fault.DeterminedBy, [], null, check.CheckedAt, RetryAfterMs: fault.RetryAfterMs, Chain: chain?.Chain.Ids);
        if (dryRun)
            return decision;
        if (fault.Result != DecisionResult.RateLimited)
            return await RefuseAsync(request, hash, decision);

        _flood ??= new RefusalFlood(throttling.Value);
        if (_flood.Admit(id, fault.Code, fault.DeterminedBy, Now))
            return await RefuseAsync(request, hash, decision);

        await SummarizeAsync(all: false);
        return decision;
    }

    /// <summary>Records the counts of refusals that are due.</summary>
    private async Task SummarizeAsync(bool all)
    {
        if (_flood is not { } flood)
            return;

        try
        {
            await ReadyAsync();
            var counts = flood.Take(Now, all);
            if (flood.IsIdle(Now))
                _flood = null;
            if (counts.Count > 0)
                await AppendAsync([.. counts]);
        }
        catch (GenOpsException error)
        {
            // Nobody waits for a count, and no decision rests on it.
            AgentGrainLog.CountLost(logger, error, Stream);
        }
    }

    private static DelegationId? LeafOf(AdmittedChain? chain) => chain?.Chain.Ids[^1];
}
