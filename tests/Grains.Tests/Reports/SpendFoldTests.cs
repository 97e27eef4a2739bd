using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Reports;

public sealed class SpendFoldTests
{
    private static readonly StreamId Stream = new("b/acme/usd");
    private static readonly Principal Maria = Principal.Parse("user:maria@example.com");
    private static readonly ScopePath Nlp = ScopePath.Parse("nlp");
    private static readonly ImmutableArray<ScopePath> OnDemand = [ScopePath.Parse("nlp/customerId=c-17")];
    private static readonly DateTimeOffset Start = At("2026-11-23T10:00:00Z");

    private readonly List<LedgerEntry> _entries = [];

    private int _ids;

    [Fact]
    public void Reconciliation_AboveTheHold_IsOverrunByTheDifference()
    {
        var id = Reserve("0.5");
        Write(new WorkloadReconciled(id, Nlp, Start, WorkloadState.Open, Q("0.5"), Q("0.7"), new Reconciliation(), null, false, null, OnDemand));

        Assert.Equal("0.7 0 0 0.2 1", Fold());
    }

    [Fact]
    public void LateFigures_AfterAWriteOff_AreOverrunInFull()
    {
        var id = Reserve("0.5");
        Write(new WorkloadUnresolved(id, Nlp, Start, WorkloadState.Open, Q("0.5"), "expired", null, null, OnDemand), "2026-11-23T11:00:00Z");
        Assert.Equal("0 0 0.5 0 1", Fold());
        Write(
            new WorkloadReleased(id, Nlp, Start, Q("0.5"), ReleaseCause.WrittenOff, "lost", WorkloadState.Unresolved, OnDemand, Maria),
            "2026-11-24T11:00:00Z");
        Assert.Equal("0 0 0 0 0", Fold());
        Write(
            new WorkloadReconciled(id, Nlp, Start, WorkloadState.Released, Q("0.5"), Q("0.3"), new Reconciliation(), null, false, null, OnDemand),
            "2026-11-25T11:00:00Z");

        Assert.Equal("0.3 0 0 0.3 1", Fold());
        Assert.Equal("0.3 0 0 0.3 1", Fold("nlp/customerId=c-17", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"));
        Assert.Equal("0 0 0 0 0", Fold("nlp", "2026-11-24T00:00:00Z"));
    }

    [Fact]
    public void Release_FromBeforeWriteOffs_IsOfWhereTheHoldStood()
    {
        var id = Reserve("0.5");
        Write(new WorkloadUnresolved(id, Nlp, Start, WorkloadState.Open, Q("0.5"), "expired", null, null));
        Write(new WorkloadReleased(id, Nlp, Start, Q("0.5"), ReleaseCause.Requested, "it never ran"));

        Assert.Equal("0 0 0 0 0", Fold());
    }

    [Fact]
    public void Withdrawal_OfACharge_LeavesItsScopesOnDemandToo()
    {
        var id = Reserve("0.5");
        Write(new WorkloadWithdrawn(
            id, Nlp, Start, Q("0.5"), new Decision(id, DecisionResult.Blocked, "x_agent_suspended", "suspended", null, [], null, new Epoch(2))));
        var other = Reserve("0.25", onDemand: null);
        Write(new WorkloadWithdrawn(
            other, Nlp, Start, Q("0.25"), new Decision(other, DecisionResult.Blocked, "x_agent_suspended", "suspended", null, [], null, new Epoch(2))));

        Assert.Equal("0 0 0 0 0", Fold());
        Assert.Equal("0 0 0 0 0", Fold("nlp/customerId=c-17"));
    }

    [Fact]
    public void Usage_Backdated_CountsWhenItHappened()
    {
        Use("0.25", chargedAt: "2026-01-31T23:59:59.999999Z");
        Use("0.5", chargedAt: null);

        Assert.Equal("0.25 0 0 0.25 1", Fold("", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"));
        Assert.Equal("0.5 0 0 0.5 1", Fold("", "2026-11-01T00:00:00Z"));
    }

    [Fact]
    public void Adjustments_ByHand_ChangeSpentOfTheScopeAndAllAbove_AndAreNoWorkloads()
    {
        Use("3", chargedAt: null);
        Write(new BudgetAdjusted("refund-1", Nlp, Q("1.25"), null, null, "a refund", Maria));
        Write(new BudgetAdjusted("fee-1", ScopePath.Root, Q("-0.5"), null, null, "a fee", Maria));
        Write(new BudgetAdjusted("more-1", Nlp, Q("100"), At("2027-01-01T00:00:00Z"), null, "a raise", Maria));
        Write(new BudgetAdjusted("own-1", OnDemand[0], Q("0.1"), null, null, "for one customer", Maria));

        Assert.Equal(
            (Q("2.15"), Q("-0.85")),
            (Total("").Spent, Total("").Adjustments));
        Assert.Equal((Q("1.65"), Q("-1.35")), (Total("nlp").Spent, Total("nlp").Adjustments));
        Assert.Equal((Q("2.9"), Q("-0.1")), (Total("nlp/customerId=c-17").Spent, Total("nlp/customerId=c-17").Adjustments));
        Assert.Equal((Q("0"), Q("0")), (Total("nl").Spent, Total("nl").Adjustments));
    }

    [Fact]
    public void Hold_ForAnotherBudgetsDecision_IsSummedByItsOwnAttributes()
    {
        Write(new WorkloadHeld(
            NewId(), AgentId.Parse("bot"), Hash, BudgetRoot.Parse("zz"), Nlp, Q("2"), null, Start.AddMinutes(2), null,
            Attributes: new SpendAttributes("openai", "gpt-4o", "c-17", "chat")));
        Write(new WorkloadHeld(NewId(), AgentId.Parse("old"), Hash, BudgetRoot.Parse("zz"), Nlp, Q("1"), null, Start.AddMinutes(2), null));

        Assert.Equal(["old 1", "bot 2"], Reserved(SpendDimension.Agent).Reverse());
        Assert.Equal(["gpt-4o/openai 2", " 1"], Reserved(SpendDimension.Model));
        Assert.Equal(["openai 2", " 1"], Reserved(SpendDimension.Provider));
        Assert.Equal(["c-17 2", " 1"], Reserved(SpendDimension.CustomerId));
        Assert.Equal(["chat 2", " 1"], Reserved(SpendDimension.Feature));
    }

    [Fact]
    public void Settlement_OfWhatWasNeverReserved_IsAnError()
    {
        Write(new WorkloadReconciled(NewId(), Nlp, Start, WorkloadState.Open, Q("1"), Q("1"), new Reconciliation(), null, false, null));

        Assert.Contains("b/acme/usd #1", Assert.Throws<InvalidDataException>(() => Fold()).Message, StringComparison.Ordinal);
        Assert.Equal("0 0 0 0 0", Fold("ocr"));
        Assert.Equal("0 0 0 0 0", Fold("", "2026-11-24T00:00:00Z"));
    }

    [Fact]
    public void Entry_OfEveryKindOfABudgetsStream_IsReadOrKnownToMoveNoMoney()
    {
        var kinds = typeof(LedgerEvent).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(LedgerEvent)) && !type.IsAbstract)
            .Select(type => LedgerKinds.NameOf((LedgerEvent)RuntimeHelpers.GetUninitializedObject(type)))
            .Where(kind => kind.StartsWith("budget.", StringComparison.Ordinal)
                || kind is "approval.held" or "approval.released" || kind.StartsWith("workload.", StringComparison.Ordinal) || kind.StartsWith("usage.", StringComparison.Ordinal))
            .ToArray();
        Assert.True(kinds.Length >= 19, $"{kinds.Length} kinds");

        var reserved = Reserve("1");
        var text = _entries[0].Text;
        Assert.Equal(
            ["budget.adjusted", "usage.recorded", "workload.held", "workload.reconciled", "workload.released", "workload.reserved",
                "workload.unresolved", "workload.withdrawn"],
            kinds.Where(kind => SpendEntry.Read(_entries[0] with { Kind = kind, Text = text }) is not null).Order(StringComparer.Ordinal));
        Assert.Equal(reserved, SpendEntry.Read(_entries[0])!.Value.Workload);
        Assert.Throws<InvalidDataException>(() => SpendEntry.Read(_entries[0] with { Kind = "workload.paused" }));
    }

    private static ContentHash Hash => ContentHash.Of("x");

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static Quantity Q(string text) => Quantity.Parse(text);

    private static WorkloadRequest Request => new(
        AgentId.Parse("bot"), new Operation("answer ticket", "inference"), new Attribution("support", "helpdesk", "production", "c-17", "chat"),
        Provider: "openai", Model: "gpt-4o");

    private WorkloadId NewId() => WorkloadId.Parse($"019a0000-0000-7000-8000-{++_ids:x12}");

    private WorkloadId Reserve(string amount, bool? onDemand = true)
    {
        var id = NewId();
        Write(new WorkloadReserved(
            id, Request, Hash, Nlp, Q(amount), Start.AddMinutes(2),
            new Decision(id, DecisionResult.Allowed, null, null, null, [], Start.AddMinutes(2), new Epoch(1)), null, onDemand is null ? null : OnDemand));
        return id;
    }

    private void Use(string amount, string? chargedAt)
    {
        var report = new UsageReport(
            AgentId.Parse("bot"), new Operation("answer ticket", "inference"), new Attribution("support", "helpdesk", "production"), UsageReason.External);
        Write(new UsageRecorded(
            NewId(), report, Hash, Nlp, Q(amount), null, [], null, OnDemand, chargedAt is null ? null : At(chargedAt)));
    }

    private void Write(LedgerEvent content, string? at = null) => _entries.Add(EntryText.Compose(
        Stream, _entries is [.., var last] ? last.Head : LedgerHead.Empty, content, at is null ? Start : At(at)));

    /// <summary>As <c>spent reserved unresolved overrun calls</c>.</summary>
    private string Fold(string scope = "", string? from = null, string? to = null)
    {
        var total = Total(scope, from, to);
        return $"{total.Spent} {total.Reserved} {total.Unresolved} {total.Overrun} {total.Calls}";
    }

    private SpendTotal Total(string scope, string? from = null, string? to = null)
    {
        var sums = new SpendSums();
        Fold(new SpendFold(Range(scope, from, to), null, 100), change => sums.Add(change));
        return sums.Total;
    }

    private IEnumerable<string> Reserved(SpendDimension by)
    {
        var ranking = new SpendRanking();
        Fold(new SpendFold(Range("", null, null), by, 100), change => ranking.Add(change));
        return ranking.Top(10).Items.Select(item => $"{item.Key}{(item.Provider is null ? "" : $"/{item.Provider}")} {item.Reserved}");
    }

    private static SpendRange Range(string scope, string? from, string? to) =>
        new(ScopePath.Parse(scope), from is null ? null : At(from), to is null ? null : At(to));

    private void Fold(SpendFold fold, Action<SpendChange> add)
    {
        foreach (var entry in _entries)
        {
            if (SpendEntry.Read(entry) is { } read && fold.Take(read) is { } change)
                add(change);
        }
    }
}
