using System.Collections.Frozen;
using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Ledger;

/// <summary>The name of each kind of entry, for ever.</summary>
public static class LedgerKinds
{
    private static readonly FrozenDictionary<string, Type> Types = new Dictionary<string, Type>
    {
        ["budget.defined"] = typeof(BudgetDefined),
        ["budget.archived"] = typeof(BudgetArchived),
        ["budget.adjusted"] = typeof(BudgetAdjusted),
        ["budget.frozen"] = typeof(BudgetFrozen),
        ["budget.unfrozen"] = typeof(BudgetUnfrozen),
        ["budget.written_off"] = typeof(BudgetWrittenOff),
        ["budget.alerted"] = typeof(BudgetAlerted),
        ["budget.link_limited"] = typeof(BudgetLinkLimited),
        ["workload.reserved"] = typeof(WorkloadReserved),
        ["workload.held"] = typeof(WorkloadHeld),
        ["workload.refused"] = typeof(WorkloadRefused),
        ["workload.rate_limited_summary"] = typeof(WorkloadsRateLimited),
        ["workload.reconciled"] = typeof(WorkloadReconciled),
        ["workload.unresolved"] = typeof(WorkloadUnresolved),
        ["workload.released"] = typeof(WorkloadReleased),
        ["workload.extended"] = typeof(WorkloadExtended),
        ["workload.withdrawn"] = typeof(WorkloadWithdrawn),
        ["workload.abandoned"] = typeof(WorkloadAbandoned),
        ["usage.recorded"] = typeof(UsageRecorded),
        ["approval.held"] = typeof(ApprovalHeld),
        ["approval.released"] = typeof(ApprovalReleased),
        ["agent.defined"] = typeof(AgentDefined),
        ["agent.suspended"] = typeof(AgentSuspended),
        ["agent.resumed"] = typeof(AgentResumed),
        ["agent.closed"] = typeof(AgentClosed),
        ["delegation.granted"] = typeof(DelegationGranted),
        ["delegation.changed"] = typeof(DelegationChanged),
        ["delegation.revoked"] = typeof(DelegationRevoked),
        ["approval.requested"] = typeof(ApprovalRequested),
        ["approval.joined"] = typeof(ApprovalJoined),
        ["approval.approved"] = typeof(ApprovalApproved),
        ["approval.denied"] = typeof(ApprovalDenied),
        ["approval.used"] = typeof(ApprovalUsed),
        ["tenant.defined"] = typeof(TenantDefined),
        ["tenant.suspended"] = typeof(TenantSuspended),
        ["tenant.resumed"] = typeof(TenantResumed),
        ["tenant.closed"] = typeof(TenantClosed),
        ["prices.defined"] = typeof(PricesDefined),
        ["rates.defined"] = typeof(RatesDefined),
        ["key.created"] = typeof(KeyIssued),
        ["key.revoked"] = typeof(KeyRevoked),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> Names = Types.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>
    /// The kinds that make, change and take away agents and their delegations. A store has an index over exactly these, so
    /// a kind that joins them needs a new step of each store's schema.
    /// </summary>
    public static ImmutableArray<string> OfAuthority { get; } =
    [
        NameOf<AgentDefined>(),
        NameOf<AgentSuspended>(),
        NameOf<AgentResumed>(),
        NameOf<AgentClosed>(),
        NameOf<DelegationGranted>(),
        NameOf<DelegationChanged>(),
        NameOf<DelegationRevoked>(),
    ];

    /// <summary>
    /// The kinds that this build reads and does not write yet. A kind is introduced in two steps: one minor version reads it
    /// and names it here, the next one writes it, so that two builds can run side by side and the earlier one be gone back
    /// to. The same goes for a new value of an enumeration in an entry.
    /// </summary>
    public static FrozenSet<string> NotYetWritten { get; } = FrozenSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Every kind that this build reads.</summary>
    public static ImmutableArray<string> All { get; } = [.. Types.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether this build writes entries of <paramref name="kind"/>.</summary>
    public static bool IsWritten(string kind) => !NotYetWritten.Contains(kind);

    /// <summary>The type of entries of <paramref name="kind"/>; null if this build does not know it.</summary>
    public static Type? TypeOf(string kind) => Types.GetValueOrDefault(kind);

    /// <summary>The kind of entries of type <typeparamref name="T"/>.</summary>
    public static string NameOf<T>() where T : LedgerEvent => Names[typeof(T)];

    /// <summary>The kind of <paramref name="content"/>.</summary>
    public static string NameOf(LedgerEvent content) => Names[content.GetType()];
}
