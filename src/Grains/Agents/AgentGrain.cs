using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Placement;

namespace GenOps.ControlPlane.Agents;

/// <inheritdoc cref="IAgentGrain"/>
[Reentrant, HashBasedPlacement]
public sealed partial class AgentGrain(
    IGrainContext context,
    IGrainFactory grains,
    LedgeredGrainServices services,
    TenantDirectory tenants,
    AuthorityDirectory directory,
    IWorkloadDirectory workloads,
    ChargeCalculator charges,
    IOptions<AgentGrainOptions> options,
    IOptions<ApprovalOptions> approvalOptions,
    IOptions<ThrottleOptions> throttling,
    ILogger<AgentGrain> logger) : LedgeredGrain<AgentRecord>(context, services), IAgentGrain
{
    private const string DecidedElsewhere = "decided elsewhere";

    private readonly KnownWorkloads _known = new(options.Value.WorkloadsMax);
    private ImmutableArray<(BudgetRoot Root, Unit Unit)> _units = [];

    private TenantId Tenant => Stream.Tenant;

    private AgentId Agent => AgentId.Parse(Stream.Name);

    /// <inheritdoc/>
    public async Task<AgentView> PutAsync(AgentDefinition definition, Principal by)
    {
        await tenants.RequireCurrentAsync(CallerContext.Current);
        await FreshAsync();
        await TenantAsync();
        await FreshAsync();
        if (State.Define(definition, by) is { } defined)
            await AppendAsync(defined);
        else
            await DurableAsync();
        await ReadyAsync();
        return State.View();
    }

    /// <inheritdoc/>
    public async Task<AgentView> GetAsync()
    {
        await RequireRegisteredAsync();
        var view = State.View();
        await DurableAsync();
        return view;
    }

    /// <inheritdoc/>
    public Task<AuthorityChange> CloseAsync(Principal by) => ChangeAsync(() => State.Close(by), takesClosed: true);

    /// <inheritdoc/>
    public Task<AuthorityChange> SuspendAsync(string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        return ChangeAsync(() => State.Suspend(reason, by));
    }

    /// <inheritdoc/>
    public async Task<AuthorityChange> ResumeAsync(string reason, Principal by)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        await tenants.RequireCurrentAsync(CallerContext.Current);
        return await ChangeAsync(() => State.Resume(reason, by));
    }

    /// <inheritdoc/>
    protected override AgentRecord Empty() => new(Agent);

    /// <inheritdoc/>
    protected override void OnLedgerReplaced()
    {
        // What it answered never happened in this ledger.
        _known.Clear();
        _units = [];
        _chains = null;
        _throttle = null;
        _flood = null;
    }

    private IBudgetGrain Budget(BudgetRoot root) => grains.Find<IBudgetGrain>(IBudgetGrain.Key(Tenant, root));

    private void RequireId(WorkloadId id, DateTimeOffset now) => WorkloadRequestRules.RequireId(id, now, options.Value.IdSkewMax);

    private async Task RequireRegisteredAsync(bool takesClosed = false)
    {
        await TenantAsync();
        await FreshAsync();
        if (!(takesClosed ? State.WasRegistered : State.Exists))
            throw AgentNotFound();
    }

    private async Task TenantAsync()
    {
        if (!(await tenants.GetAsync(Tenant)).Exists)
            throw new NotFoundException("tenant_not_found", $"there is no tenant {Tenant}; create it with PUT /v1/tenants/{Tenant}");
    }

    private NotFoundException AgentNotFound() =>
        new("agent_not_found", $"there is no agent {Agent}; register it with PUT /v1/tenants/{Tenant}/agents/{Agent}");

    private async Task<AuthorityChange> ChangeAsync(Func<LedgerEvent?> decide, bool takesClosed = false)
    {
        var started = Time.GetTimestamp();
        await RequireRegisteredAsync(takesClosed);
        var change = decide();
        if (change is null)
        {
            // Nothing is written, so the ledger does not fence off an activation that lives in the past: it has to ask.
            await Watch.RefreshAsync();
            await RequireRegisteredAsync(takesClosed);
            change = decide();
        }

        var epoch = change is null ? await DurableAsync() : await AppendAsync(change);
        return Revoked(epoch, started);
    }
}
