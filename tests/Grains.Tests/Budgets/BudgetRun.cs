using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// A budget tree as its grain drives it, without the grain: each event is verified, composed to its stored text, read
/// back from it, and only then folded.
/// </summary>
internal sealed class BudgetRun
{
    public static readonly BudgetRoot Root = BudgetRoot.Parse("research");
    public static readonly BudgetRoot Other = BudgetRoot.Parse("tokens");
    public static readonly Principal Maria = Principal.Parse("user:maria@example.com");
    public static readonly Epoch Checked = new(7);
    private static readonly Ledger.StreamId Stream = new("b/acme/research");

    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<WorkloadId, Holding> _ended = [];
    private LedgerHead _head = LedgerHead.Empty;
    private int _ids;

    public BudgetRun(DateTimeOffset start) => Now = start;

    public BudgetTree Tree { get; private set; } = new(Root);

    public DateTimeOffset Now { get; set; }

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    public static BudgetDefinition Usd(string limit, BudgetPeriod period = BudgetPeriod.None) =>
        new(Unit.Usd, Limit: Quantity.Parse(limit), Period: period);

    public static ImmutableSortedDictionary<string, BudgetScopeDefinition> Children(params (string Name, BudgetScopeDefinition Scope)[] children) =>
        children.ToImmutableSortedDictionary(child => child.Name, child => child.Scope, StringComparer.Ordinal);

    public static Charge Costs(string amount) => new(Quantity.Parse(amount));

    public WorkloadId NewId()
    {
        // Like a UUIDv7, but the same in every run.
        var ms = Now.ToUnixTimeMilliseconds();
        return WorkloadId.Parse($"{ms >> 16:x8}-{ms & 0xffff:x4}-7000-8000-{++_ids:x12}");
    }

    public T Append<T>(T content) where T : LedgerEvent
    {
        Tree.Verify(content, Now);
        var entry = EntryText.Compose(Stream, _head, content, Now);
        var read = EntryText.Read(entry);
        if (read is UsageRecorded or WorkloadEvent)
            Assert.Equal(content.About, read.About);
        Tree.Verify(read, entry.At);
        Tree.Apply(read, entry.At);
        _entries.Add(entry);
        _head = entry.Head;
        Remember(read, entry.At);
        return (T)read;
    }

    public void Define(BudgetDefinition definition)
    {
        if (Tree.Define(definition, Maria) is { } defined)
            Append(defined);
    }

    public ReserveCommand Command(WorkloadId id, string scope, Charge charge, int? ttlSeconds = null, BudgetRoot? commitsIn = null)
    {
        var request = new WorkloadRequest(
            AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"),
            new Attribution("support", "helpdesk", "production"), id, Model: "gpt-4o", TtlSeconds: ttlSeconds);
        return new ReserveCommand(id, request, ContentHash.Of(request), ScopePath.Parse(scope), charge, Checked, commitsIn, []);
    }

    /// <summary>Reserves, and returns the decision; the hold's own event where another budget decides.</summary>
    public WorkloadEvent Reserve(string scope, Charge charge, int? ttlSeconds = null, BudgetRoot? commitsIn = null) =>
        Append(Tree.Reserve(Command(NewId(), scope, charge, ttlSeconds, commitsIn), Now));

    /// <summary>Reserves what must fit.</summary>
    public WorkloadId Admit(string amount, string scope = "", int? ttlSeconds = null, BudgetRoot? commitsIn = null)
    {
        var decided = Reserve(scope, Costs(amount), ttlSeconds, commitsIn);
        Assert.True(decided is WorkloadReserved or WorkloadHeld, $"{decided}");
        return decided.Id;
    }

    /// <summary>Reserves what must be refused.</summary>
    public Decision Refuse(string amount, string scope = "") => Assert.IsType<WorkloadRefused>(Reserve(scope, Costs(amount))).Decision;

    /// <summary>How the budget stands to the workload, from memory or from the ledger.</summary>
    public Holding Standing(WorkloadId id) => Tree.Find(id) ?? _ended[id];

    public WorkloadEvent? Settle(WorkloadId id, Charge charge)
    {
        var settled = Tree.Settle(new SettleCommand(id, new Reconciliation(LatencyMs: 812), charge), Standing(id));
        return settled is null ? null : Append(settled);
    }

    public WorkloadEvent? Settle(WorkloadId id, string actual) => Settle(id, Costs(actual));

    public WorkloadReleased? Release(WorkloadId id, ReleaseCause cause = ReleaseCause.Requested) =>
        Tree.Release(id, Standing(id), cause, "given up") is { } released ? Append(released) : null;

    public IReadOnlyList<WorkloadEvent> Expire(int countMax = 100)
    {
        var events = Tree.Expire(Now, countMax);
        foreach (var content in events)
            Append(content);
        return events;
    }

    public UsageRecorded Use(string scope, string actual) => Append(Tree.Record(UsageOf(scope, Costs(actual)), Now));

    public UsageCommand UsageOf(string scope, Charge charge)
    {
        var report = new UsageReport(
            AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"),
            new Attribution("support", "helpdesk", "production"), UsageReason.External);
        return new UsageCommand(NewId(), report, ContentHash.Of(report), ScopePath.Parse(scope), charge, null, []);
    }

    public BudgetView View(string scope = "") => Tree.View(ScopePath.Parse(scope), null, 100, Now);

    /// <summary>One limit as <c>spent reserved unresolved overrun remaining</c>.</summary>
    public string Stand(string scope = "", int row = 0)
    {
        var limit = View(scope).Limits[row];
        return $"{limit.Spent} {limit.Reserved} {limit.Unresolved} {limit.Overrun} {limit.Remaining?.ToString() ?? "-"}";
    }

    /// <summary>Goes on with what a snapshot kept.</summary>
    public void Reload()
    {
        var restored = new BudgetTree(Root);
        restored.Restore(Tree.Save());
        Tree = restored;
    }

    /// <summary>Goes on with what the ledger says.</summary>
    public void Refold()
    {
        var folded = new BudgetTree(Root);
        foreach (var entry in _entries)
            folded.Apply(EntryText.Read(entry), entry.At);
        Tree = folded;
    }

    private void Remember(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case WorkloadRefused refused:
                _ended[refused.Id] = new Holding(ScopePath.Root, at, Quantity.Zero, WorkloadState.Refused, at, null);
                break;

            case WorkloadReconciled reconciled:
                _ended[reconciled.Id] = new Holding(
                    reconciled.Scope, reconciled.ReservedAt, reconciled.Reserved, WorkloadState.Reconciled, reconciled.ReservedAt, null, reconciled.Actual);
                break;

            case WorkloadReleased released:
                _ended[released.Id] = new Holding(
                    released.Scope, released.ReservedAt, released.Amount, WorkloadState.Released, released.ReservedAt, null,
                    ReleasedByClient: released.Cause == ReleaseCause.Requested || _ended.GetValueOrDefault(released.Id) is { ReleasedByClient: true },
                    OnDemand: released.OnDemand);
                break;

            case WorkloadWithdrawn withdrawn:
                _ended[withdrawn.Id] = new Holding(
                    withdrawn.Scope, withdrawn.ReservedAt, withdrawn.Amount, WorkloadState.Refused, withdrawn.ReservedAt, null);
                break;
        }
    }
}
