using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
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

    public Entries Reserve(WorkloadId id, string amount, DateTimeOffset? at = null, BudgetRoot? root = null) => Add(
        new WorkloadReserved(
            id, Request, ContentHash.Of(Request), Bot, Q(amount), Noon.AddHours(1),
            new Decision(id, DecisionResult.Allowed, null, null, null, [], Noon.AddHours(1), default), null),
        at ?? Noon, root);

    public Entries Hold(WorkloadId id, string amount, BudgetRoot root, BudgetRoot commitsIn) => Add(
        new WorkloadHeld(id, AgentId.Parse("bot"), ContentHash.Of(Request), commitsIn, Bot, Q(amount), null, Noon.AddHours(1), null), Noon, root);

    public Entries Refuse(WorkloadId id, string reason) => Add(
        new WorkloadRefused(id, Request, ContentHash.Of(Request), Refusal(id, reason)), Noon);

    public Entries Withdraw(WorkloadId id, string amount, string reason) => Add(
        new WorkloadWithdrawn(id, Bot, Noon, Q(amount), Refusal(id, reason)), Noon);

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

    private static Decision Refusal(WorkloadId id, string reason) =>
        new(id, DecisionResult.Blocked, reason, reason, null, [], null, default);
}
