using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Demo.Proofs;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

/// <summary>A ledger made by hand: two budgets, and whatever a test says happened in them.</summary>
internal sealed class Entries
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    public static readonly BudgetRoot Usd = BudgetRoot.Parse("usd");
    public static readonly ScopePath Team = ScopePath.Parse("team");
    public static readonly ScopePath Bot = ScopePath.Parse("team/bot");

    private static readonly WorkloadRequest Request = new(
        AgentId.Parse("bot"), new Operation("chat", "inference"), new Attribution("team", "project", "test"));

    private readonly Dictionary<BudgetRoot, LedgerHead> _heads = [];
    private LedgerHead _planner;

    public LedgerRecount Recount { get; } = new();

    public LedgerEntry? Last { get; private set; }

    public static WorkloadId NewId() => WorkloadId.New(Noon);

    public static Quantity Q(string text) => Quantity.Parse(text);

    public Entries Define(string? rootLimit, string botLimit, BudgetRoot? root = null) => Add(
        new BudgetDefined(
            new BudgetDefinition(
                Unit.Usd,
                Limit: rootLimit is null ? null : Q(rootLimit),
                Period: BudgetPeriod.Day,
                TimeZone: "Europe/Berlin",
                Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add("team", new BudgetScopeDefinition(
                    Children: ImmutableSortedDictionary<string, BudgetScopeDefinition>.Empty.Add("bot", new BudgetScopeDefinition(Limit: Q(botLimit)))))),
            Principal.Bootstrap),
        Noon, root);

    public Entries Reserve(
        WorkloadId id, string amount, DateTimeOffset? at = null, BudgetRoot? root = null, DelegationId[]? chain = null, ApprovalId? approval = null) => Add(
        new WorkloadReserved(
            id, Request, ContentHash.Of(Request), ScopeOf(root), Q(amount), Noon.AddHours(1),
            new Decision(
                id, DecisionResult.Allowed, null, null, null, [], Noon.AddHours(1), default, Chain: chain is null ? null : [.. chain]),
            null, OnDemandOf(root, chain), Approval: approval),
        at ?? Noon, root);

    /// <summary>The tree of a delegation: it makes itself, and learns of the limits of a chain.</summary>
    public Entries DefineTree(BudgetRoot tree, params ReadOnlySpan<(DelegationId Link, string Limit)> limits)
    {
        Add(new BudgetDefined(new BudgetDefinition(Unit.Usd), Principal.ControlPlane), Noon, tree);
        foreach (var (link, limit) in limits)
            Add(new BudgetLinkLimited(link, Q(limit), BudgetPeriod.Day, 1), Noon, tree);
        return this;
    }

    public Entries HoldForApproval(ApprovalId approval, string amount) => Add(
        new ApprovalHeld(approval.Hold, AgentId.Parse("bot"), ContentHash.Of(Request), Bot, Q(amount), null, Noon.AddHours(1), null), Noon);

    public Entries ReleaseApproval(ApprovalId approval, string amount) => Add(
        new ApprovalReleased(approval.Hold, Bot, Noon, Q(amount), ReleaseCause.Expired, "nobody decided"), Noon);

    public Entries Revoke(DelegationId delegation)
    {
        var stream = new StreamId("a/acme/planner");
        Last = EntryText.Compose(stream, _planner, new DelegationRevoked(delegation, "test", Principal.Bootstrap), Noon);
        _planner = Last.Head;
        Assert.True(Recount.Take(Last));
        return this;
    }

    public Entries Hold(WorkloadId id, string amount, BudgetRoot root, BudgetRoot commitsIn) => Add(
        new WorkloadHeld(id, AgentId.Parse("bot"), ContentHash.Of(Request), commitsIn, Bot, Q(amount), null, Noon.AddHours(1), null), Noon, root);

    public Entries Refuse(WorkloadId id, string reason) => Add(
        new WorkloadRefused(id, Request, ContentHash.Of(Request), Refusal(id, reason)), Noon);

    public Entries Withdraw(WorkloadId id, string amount, string reason, ApprovalId? approval = null) => Add(
        new WorkloadWithdrawn(id, Bot, Noon, Q(amount), Refusal(id, reason), approval), Noon);

    public Entries Reconcile(WorkloadId id, string reserved, string actual, WorkloadState from = WorkloadState.Open, DateTimeOffset? at = null) => Add(
        new WorkloadReconciled(id, Bot, Noon, from, Q(reserved), Q(actual), new Reconciliation(), null, false, null), at ?? Noon);

    public Entries KeepUnresolved(WorkloadId id, string amount) => Add(
        new WorkloadUnresolved(id, Bot, Noon, WorkloadState.Open, Q(amount), "no figures were reported", null, null), Noon);

    public Entries Release(WorkloadId id, string amount, BudgetRoot? root = null) => Add(
        new WorkloadReleased(id, Bot, Noon, Q(amount), ReleaseCause.Requested, "never ran"), Noon, root);

    private Entries Add(LedgerEvent content, DateTimeOffset at, BudgetRoot? root = null)
    {
        var budget = root ?? Usd;
        Last = EntryText.Compose(new StreamId($"b/acme/{budget}"), _heads.GetValueOrDefault(budget), content, at);
        _heads[budget] = Last.Head;
        Assert.True(Recount.Take(Last));
        return this;
    }

    private static ScopePath ScopeOf(BudgetRoot? root) => root is { IsOfDelegation: true } ? ScopePath.Root : Bot;

    private static ImmutableArray<ScopePath>? OnDemandOf(BudgetRoot? root, DelegationId[]? chain) =>
        root is { IsOfDelegation: true } ? [.. (chain ?? []).Select(link => ScopePath.Root.Child(ScopeAttribute.Delegation, link.Value))] : null;

    private static Decision Refusal(WorkloadId id, string reason) =>
        new(id, DecisionResult.Blocked, reason, reason, null, [], null, default);
}
