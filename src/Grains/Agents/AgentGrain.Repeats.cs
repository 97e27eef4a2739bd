using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// What an agent answers to a question that was asked before.
public sealed partial class AgentGrain
{
    /// <summary>The recorded answer, if the question was the same and what it allows is still allowed.</summary>
    private async Task<Decision> RepeatAsync(
        WorkloadId id, WorkloadRequest request, ContentHash? recorded, ContentHash asked, Decision decision, CallerContext? caller)
    {
        if (recorded is { } hash)
            RequireSame(id, hash, asked);
        return decision.Result.Admits() ? await ReplayAsync(id, request, decision, caller) : decision;
    }

    /// <summary>A recorded ALLOWED once more, if it still is.</summary>
    private async Task<Decision> ReplayAsync(WorkloadId id, WorkloadRequest request, Decision recorded, CallerContext? caller)
    {
        // Whoever recorded it, another activation perhaps, may be withdrawing it. From here on it can't.
        await Budget(recorded.Reservations[^1].Budget).ConfirmAsync(id);
        var decision = (await workloads.FindAsync(Tenant, id))?.Decision ?? recorded;
        return decision.Result.Admits() ? await StillAllowedAsync(id, request, decision, caller) : decision;
    }

    private async Task<Decision> StillAllowedAsync(WorkloadId id, WorkloadRequest request, Decision decision, CallerContext? caller)
    {
        // No append of this call tells the epoch.
        await Watch.RefreshAsync();
        await RequireAuthorityAsync(id, request, decision, caller);
        return decision;
    }

    /// <summary>The answer that this activation gave, or is about to give.</summary>
    private async Task<Decision> RepeatKnownAsync(WorkloadId id, KnownWorkload known, ContentHash asked, CallerContext? caller)
    {
        RequireSame(id, known.Hash, asked);
        var decision = await known.Decision;
        return decision.Result.Admits() ? await StillAllowedAsync(id, known.Request, decision, caller) : decision;
    }

    private static void RequireSame(WorkloadId id, ContentHash recorded, ContentHash asked)
    {
        if (recorded != asked)
            throw new ConflictException("idempotency_conflict", $"id: the workload {id} is recorded with other content; a new request needs a new id");
    }
}
