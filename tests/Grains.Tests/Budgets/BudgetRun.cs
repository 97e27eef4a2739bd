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

    private readonly Ledger.StreamId _stream;
    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<WorkloadId, List<LedgerEntry>> _entriesById = [];
    private readonly List<BudgetAlerted> _raised = [];
    private readonly BudgetTreeOptions _options;
    private readonly BudgetRoot _root;
    private LedgerHead _head = LedgerHead.Empty;
    private int _ids;

    public BudgetRun(DateTimeOffset start, BudgetTreeOptions? options = null, BudgetRoot? root = null)
    {
        Now = start;
        _options = options ?? new BudgetTreeOptions();
        _root = root ?? Root;
        _stream = new Ledger.StreamId($"b/acme/{_root}");
        Tree = new BudgetTree(_root, _options);
    }

    public BudgetTree Tree { get; private set; }

    public DateTimeOffset Now { get; set; }

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    public static BudgetDefinition Usd(string limit, BudgetPeriod period = BudgetPeriod.None) =>
        new(Unit.Usd, Limit: Quantity.Parse(limit), Period: period);

    public static ImmutableSortedDictionary<string, BudgetScopeDefinition> Children(params (string Name, BudgetScopeDefinition Scope)[] children) =>
        children.ToImmutableSortedDictionary(child => child.Name, child => child.Scope, StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, PerValueDefinition> PerValue(params (string Attribute, PerValueDefinition Rule)[] rules) =>
        rules.ToImmutableSortedDictionary(rule => rule.Attribute, rule => rule.Rule, StringComparer.Ordinal);

    public static Charge Costs(string amount) => new(Quantity.Parse(amount));

    public WorkloadId NewId()
    {
        // Like a UUIDv7, but the same in every run.
        var ms = Now.ToUnixTimeMilliseconds();
        return WorkloadId.Parse($"{ms >> 16:x8}-{ms & 0xffff:x4}-7000-8000-{++_ids:x12}");
    }

    /// <summary>Appends an entry, and after it the alerts that it raises.</summary>
    public T Append<T>(T content) where T : LedgerEvent
    {
        var read = AppendAlone(content);
        foreach (var alerted in Tree.TakeAlerts(Now))
            _raised.Add(AppendAlone(alerted));
        return read;
    }

    /// <summary>The alerts since this was last asked.</summary>
    public IReadOnlyList<BudgetAlerted> TakeRaised()
    {
        var raised = _raised.ToArray();
        _raised.Clear();
        return raised;
    }

    public void Define(BudgetDefinition definition)
    {
        if (Tree.Define(definition, Maria) is { } defined)
            Append(defined);
    }

    public ReserveCommand Command(
        WorkloadId id, string scope, Charge charge, int? ttlSeconds = null, BudgetRoot? commitsIn = null,
        Func<WorkloadRequest, WorkloadRequest>? stating = null)
    {
        var request = new WorkloadRequest(
            AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"),
            new Attribution("support", "helpdesk", "production"), id, Model: "gpt-4o", TtlSeconds: ttlSeconds);
        request = stating?.Invoke(request) ?? request;
        return new ReserveCommand(id, request, ContentHash.Of(request), ScopePath.Parse(scope), charge, Checked, commitsIn, []);
    }

    /// <summary>Does as the actor does: makes the tree and records news of limits, then holds or refuses. What does not fit for an approval is not recorded.</summary>
    public WorkloadEvent Ask(ReserveCommand command)
    {
        var tree = Tree;
        var builtIn = Tree.BuiltIn(command);
        if (builtIn is not null)
        {
            tree = new BudgetTree(_root, _options);
            tree.Apply(builtIn, Now);
        }

        var decided = tree.Reserve(command, Now);
        if (command.HoldUntil is not null && decided is WorkloadRefused)
            return decided;
        if (builtIn is not null)
            Append(builtIn);
        foreach (var limited in Tree.NewLimits(command).ToList())
            Append(limited);
        return Append(decided);
    }

    /// <summary>Reserves, and returns the decision; the hold's own event where another budget decides.</summary>
    public WorkloadEvent Reserve(
        string scope, Charge charge, int? ttlSeconds = null, BudgetRoot? commitsIn = null, Func<WorkloadRequest, WorkloadRequest>? stating = null) =>
        Append(Tree.Reserve(Command(NewId(), scope, charge, ttlSeconds, commitsIn, stating), Now));

    /// <summary>Reserves what must fit.</summary>
    public WorkloadId Admit(
        string amount, string scope = "", int? ttlSeconds = null, BudgetRoot? commitsIn = null, Func<WorkloadRequest, WorkloadRequest>? stating = null)
    {
        var decided = Reserve(scope, Costs(amount), ttlSeconds, commitsIn, stating);
        Assert.True(decided is WorkloadReserved or WorkloadHeld, $"{decided}");
        return decided.Id;
    }

    /// <summary>Reserves what must be refused.</summary>
    public Decision Refuse(string amount, string scope = "", Func<WorkloadRequest, WorkloadRequest>? stating = null) =>
        Assert.IsType<WorkloadRefused>(Reserve(scope, Costs(amount), stating: stating)).Decision;

    /// <summary>Reserves what must be admitted with a warning, and returns its code.</summary>
    public string Warn(string amount, string scope = "", Func<WorkloadRequest, WorkloadRequest>? stating = null)
    {
        var decision = Assert.IsType<WorkloadReserved>(Reserve(scope, Costs(amount), stating: stating)).Decision;
        Assert.Equal(DecisionResult.Warning, decision.Result);
        Assert.NotEmpty(decision.Reason!);
        Assert.NotEmpty(decision.DeterminedBy!);
        return decision.ReasonCode!;
    }

    /// <summary>What a workload states whose customer is <paramref name="customerId"/>.</summary>
    public static Func<WorkloadRequest, WorkloadRequest> Of(string? customerId, string? feature = null) =>
        request => request with { Attribution = request.Attribution with { CustomerId = customerId, Feature = feature } };

    /// <summary>How the budget stands to the workload: from memory, or from the ledger as the actor reads it.</summary>
    public Holding Standing(WorkloadId id)
    {
        if (Tree.Find(id) is { } held)
            return held;
        var record = WorkloadRecord.Of(id, [.. _entriesById[id]])!;
        return record.Holdings.GetValueOrDefault(_root)
            ?? new Holding(ScopePath.Root, record.DecidedAt, Quantity.Zero, WorkloadState.Refused, record.DecidedAt, null);
    }

    /// <summary>A report that differs wherever the figures do.</summary>
    public static Reconciliation ReportOf(Charge charge) =>
        new(LatencyMs: 812, ResponseModel: $"{charge.Amount} {charge.InputTokens} {charge.OutputTokens}");

    public WorkloadEvent? Settle(WorkloadId id, Charge charge)
    {
        var settled = Tree.Settle(new SettleCommand(id, ReportOf(charge), charge), Standing(id));
        return settled is null ? null : Append(settled);
    }

    public WorkloadEvent? Settle(WorkloadId id, string actual) => Settle(id, Costs(actual));

    public WorkloadReleased? Release(WorkloadId id, ReleaseCause cause = ReleaseCause.Requested) =>
        Tree.Release(id, Standing(id), cause, "given up") is { } released ? Append(released) : null;

    /// <summary>Writes off; null if there was nothing left to do.</summary>
    public WorkloadReleased? WriteOff(WorkloadId id) =>
        Tree.WriteOff(id, Standing(id), "nobody will ever know", Maria) is { } released ? Append(released) : null;

    /// <summary>Adjusts; null if that was done.</summary>
    public BudgetAdjusted? Adjust(AdjustCommand command) => Tree.Adjust(command, Maria, Now) is { } adjusted ? Append(adjusted) : null;

    /// <summary>Freezes; null if it is frozen.</summary>
    public BudgetFrozen? Freeze(string scope = "", string reason = "incident 7", string? id = null) =>
        Tree.Freeze(ScopePath.Parse(scope), reason, Maria, Now, id) is { } frozen ? Append(frozen) : null;

    /// <summary>Unfreezes; null if it is not frozen.</summary>
    public BudgetUnfrozen? Unfreeze(string scope = "", string? id = null) =>
        Tree.Unfreeze(ScopePath.Parse(scope), "incident 7 is over", Maria, Now, id) is { } unfrozen ? Append(unfrozen) : null;

    public IReadOnlyList<WorkloadEvent> Expire(int countMax = 100)
    {
        var events = Tree.Expire(Now, countMax);
        foreach (var content in events)
            Append(content);
        return events;
    }

    public UsageRecorded Use(string scope, string actual, Func<UsageReport, UsageReport>? stating = null) =>
        Append(Tree.Record(UsageOf(scope, Costs(actual), stating), Now));

    public UsageCommand UsageOf(string scope, Charge charge, Func<UsageReport, UsageReport>? stating = null)
    {
        var report = new UsageReport(
            AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"),
            new Attribution("support", "helpdesk", "production"), UsageReason.External);
        report = stating?.Invoke(report) ?? report;
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
        var restored = new BudgetTree(_root, _options);
        restored.Restore(Tree.Save());
        Tree = restored;
    }

    /// <summary>Goes on with what the ledger says.</summary>
    public void Refold()
    {
        var folded = new BudgetTree(_root, _options);
        foreach (var entry in _entries)
            folded.Apply(EntryText.Read(entry), entry.At);
        Tree = folded;
    }

    private T AppendAlone<T>(T content) where T : LedgerEvent
    {
        Tree.Verify(content, Now);
        var entry = EntryText.Compose(_stream, _head, content, Now);
        var read = EntryText.Read(entry);
        if (read is UsageRecorded or WorkloadEvent)
            Assert.Equal(content.About, read.About);
        Tree.Verify(read, entry.At);
        Tree.Apply(read, entry.At);
        _entries.Add(entry);
        _head = entry.Head;
        if (read.About is { } id)
        {
            if (!_entriesById.TryGetValue(id, out var own))
                _entriesById.Add(id, own = []);
            own.Add(entry);
        }

        return (T)read;
    }
}
