using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// What a person has to approve first.
public sealed partial class AgentGrain
{
    /// <inheritdoc/>
    public Task<ApprovalView> GetApprovalAsync(ApprovalId id) => throw new NotSupportedException();

    /// <summary>
    /// The approval that the action is allowed on; neither if it needs none; or the decision, which is recorded unless it
    /// is a dry run: it waits for a person, or the approval that it names is not good.
    /// </summary>
    private async Task<(ApprovalUse? Use, Decision? Decision)> ApproveAsync(DecisionPlan plan)
    {
        if (plan.Chain?.Approval is not { } link)
            return (null, null);

        var refusal = Refusal(plan.Id, ReasonCodes.ApprovalRequired, $"a person has to approve: {link.Definition.ApprovalWhen}", $"delegation {link.Id}", plan.CheckedAt);
        return (null, await RefusedAsync(plan.Request, plan.Hash, refusal, plan.DryRun));
    }

    /// <summary>Notes at the approval that it is used. The budget that decided has seen to it that it is so once.</summary>
    private Task NoteUsedAsync(ApprovalUse approval, WorkloadId id) =>
        grains.GetGrain<IApprovalGrain>(IApprovalGrain.Key(Tenant, approval.Approval)).MarkUsedAsync(id);
}
