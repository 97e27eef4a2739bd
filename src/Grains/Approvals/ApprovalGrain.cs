using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;

namespace GenOps.ControlPlane.Approvals;

/// <inheritdoc cref="IApprovalGrain"/>
[Reentrant, HashBasedPlacement]
public sealed class ApprovalGrain(
    IGrainContext context, IGrainFactory grains, LedgeredGrainServices services, TenantDirectory tenants, ILogger<ApprovalGrain> logger)
    : LedgeredGrain<ApprovalRecord>(context, services), IApprovalGrain
{
    private TenantId Tenant => Stream.Tenant;

    private ApprovalId Approval => ApprovalId.Parse(Stream.Name);

    /// <inheritdoc/>
    public async Task<ApprovalView> RequestAsync(ApprovalRequest request)
    {
        await CurrentAsync();
        if (State.Request(request) is { } requested)
            await AppendAsync(requested);
        return await ViewAsync();
    }

    /// <inheritdoc/>
    public async Task<ApprovalView> JoinAsync(Principal asker)
    {
        await CurrentAsync();
        var now = Now;
        if (State.Join(asker, now) is { } joined)
            await AppendAsync(now, joined);
        return await ViewAsync();
    }

    /// <inheritdoc/>
    public async Task<ApprovalView?> GetAsync()
    {
        // An agent acts on the answer, and nothing that it appends tells this activation that it lives in the past.
        await CurrentAsync();
        return State.Asked is null ? null : await ViewAsync();
    }

    /// <inheritdoc/>
    public async Task<ApprovalView> ApproveAsync(string reason, Approver approver)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        await tenants.RequireCurrentAsync(CallerContext.Current);
        await CurrentAsync();
        var now = Now;
        if (State.Decide(approves: true, reason, approver, now) is { } approved)
            await AppendAsync(now, approved);
        return await ViewAsync();
    }

    /// <inheritdoc/>
    public async Task<ApprovalView> DenyAsync(string reason, Approver approver)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        await CurrentAsync();
        var now = Now;
        if (State.Decide(approves: false, reason, approver, now) is { } denied)
            await AppendAsync(now, denied);
        var view = await ViewAsync();

        // Also when it was denied before: perhaps a budget could not be reached then.
        await Task.WhenAll(view.Asked.Held.Select(held => GiveBackAsync(held.Budget, view.Reason!)));
        return view;
    }

    /// <inheritdoc/>
    public async Task MarkUsedAsync(WorkloadId workload)
    {
        await CurrentAsync();
        if (State.Use(workload) is { } used)
            await AppendAsync(used);
        else
            await DurableAsync();
    }

    /// <inheritdoc/>
    protected override ApprovalRecord Empty() => new(Approval);

    /// <summary>It as it stands, once all of it is durable.</summary>
    private async Task<ApprovalView> ViewAsync()
    {
        await ReadyAsync();
        var view = State.View(Now);
        await DurableAsync();
        return view;
    }

    private async Task GiveBackAsync(BudgetRoot root, string reason)
    {
        try
        {
            await grains.Find<IBudgetGrain>(IBudgetGrain.Key(Tenant, root)).ReleaseAsync(Approval.Hold, ReleaseCause.Denied, reason);
        }
        catch (Exception error) when (error is UnavailableException or TimeoutException or SiloUnavailableException)
        {
            ApprovalGrainLog.HoldLeft(logger, error, Stream, root);
        }
    }
}
