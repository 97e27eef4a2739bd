using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Reports;

/// <summary>Drives a budget through generated steps, and says what its tree counts in its running windows.</summary>
internal sealed class SpendRun
{
    /// <summary>The scopes that are charged.</summary>
    public static readonly string[] Paths = ["", "a", "a/b", "a/c", "ab", "d"];

    /// <summary>All that may count: scopes on demand, too.</summary>
    public static readonly string[] Counted = [.. Paths, "agent=bot", "agent=planner", "a/customerId=c-1", "a/customerId=c%202"];

    /// <summary>The limits of scopes on demand: only in these kinds of window do they count for ever.</summary>
    private static readonly ImmutableArray<BudgetLimit> OnDemandLimits =
    [
        new BudgetLimit(Quantity.FromUnits(1_000), BudgetPeriod.Day),
        new BudgetLimit(Quantity.FromUnits(1_000), BudgetPeriod.Month),
    ];

    private static readonly string[] Zones = ["Europe/Berlin", "America/New_York", "UTC"];

    private static readonly string[] Agents = ["bot", "planner", "writer"];
    private static readonly string?[] Models = ["gpt-4o", "claude", null];
    private static readonly string?[] Providers = ["openai", "azure", null];
    private static readonly string?[] Customers = ["c-1", "c 2", "c-3", null];

    private readonly BudgetRun _run;
    private readonly List<WorkloadId> _ids = [];
    private string _zone;
    private WeekDay _weekStart;
    private int _adjustments;

    public SpendRun(string zone, DateTimeOffset start)
    {
        _zone = zone;
        _run = new BudgetRun(start);
        _run.Define(Definition(ExpiryAction.Keep, null));
    }

    public DateTimeOffset Now => _run.Now;

    public IReadOnlyList<LedgerEntry> Entries => _run.Entries;

    public CalendarHistory Calendar => CalendarHistory.From(_run.Tree.Calendar());

    public void Do(SpendStep step)
    {
        switch (step.What)
        {
            case SpendStep.Kind.Reserve:
                var id = _run.NewId();
                var request = RequestOf(step.Which) with { Id = id, TtlSeconds = 1 + (step.Seconds % 86_400) };
                _run.Append(_run.Tree.Reserve(
                    new ReserveCommand(
                        id, request, ContentHash.Of(request), ScopeOf(step.Which), CostOf(step), BudgetRun.Checked,
                        step.Which % 4 == 0 ? BudgetRun.Other : null, []),
                    Now));
                _ids.Add(id);
                break;

            case SpendStep.Kind.Settle when Pick(step.Which, WorkloadState.Open, WorkloadState.Unresolved, WorkloadState.Released) is { } late:
                _run.Settle(late, CostOf(step));
                break;

            case SpendStep.Kind.Release when Pick(step.Which, WorkloadState.Open, WorkloadState.Unresolved) is { } given:
                _run.Release(given);
                break;

            case SpendStep.Kind.Withdraw when Pick(step.Which, WorkloadState.Open) is { } open:
                var holding = _run.Standing(open);
                var refusal = new Decision(open, DecisionResult.Blocked, ReasonCodes.AgentSuspended, "suspended", null, [], null, new Epoch(8));
                _run.Append(new WorkloadWithdrawn(open, holding.Scope, holding.ReservedAt, holding.Amount, refusal));
                break;

            case SpendStep.Kind.Extend when Pick(step.Which, WorkloadState.Open) is { } longer && _run.Standing(longer).ExpiresAt > Now:
                if (_run.Tree.Extend(longer, _run.Standing(longer), step.Seconds, Now) is { } extended)
                    _run.Append(extended);
                break;

            case SpendStep.Kind.Expire:
                _run.Expire();
                foreach (var (held, _) in _run.Tree.ExpiredHolds(Now, 100))
                    _run.Append(_run.Tree.End(held, _run.Tree.Find(held)!));
                break;

            case SpendStep.Kind.Use when step.Amount >= 0:
                var of = RequestOf(step.Which);
                var report = new UsageReport(
                    of.Agent, of.Operation, of.Attribution, UsageReason.External, Provider: of.Provider, Model: of.Model,
                    OccurredAt: step.Which % 2 == 0 ? null : Now.AddSeconds(-step.Seconds));
                _run.Append(_run.Tree.Record(
                    new UsageCommand(_run.NewId(), report, ContentHash.Of(report), ScopeOf(step.Which), CostOf(step), null, []), Now));
                break;

            case SpendStep.Kind.Pass:
                _run.Now += TimeSpan.FromSeconds(step.Seconds);
                break;

            case SpendStep.Kind.Define:
                _run.Define(Definition(step.Which % 2 == 0 ? ExpiryAction.Keep : ExpiryAction.Release, step.Which % 3 == 0 ? [new BudgetLimit(Quantity.FromUnits(20), BudgetPeriod.Day)] : null));
                break;

            case SpendStep.Kind.Adjust when step.Amount > 0:
                var signed = Quantity.FromPico(step.Which % 2 == 0 ? step.Amount : -step.Amount);
                var until = step.Which % 5 == 0 ? Now.AddSeconds(1 + step.Seconds) : (DateTimeOffset?)null;
                var scope = ScopePath.Parse(Counted[step.Which % Counted.Length]);
                if (until is not null && (signed.IsNegative || _run.Tree.View(scope, null, 1, Now).Limits.All(limit => limit.Limit is null)))
                    break;
                _run.Append(_run.Tree.Adjust(new AdjustCommand($"a-{++_adjustments}", signed, "by hand", scope, until), BudgetRun.Maria, Now)!);
                break;

            case SpendStep.Kind.WriteOff when Pick(step.Which, WorkloadState.Unresolved) is { } lost:
                _run.Append(_run.Tree.WriteOff(lost, _run.Standing(lost), "nobody will tell", BudgetRun.Maria)!);
                break;

            case SpendStep.Kind.Freeze:
                var frozen = ScopeOf(step.Which);
                if (_run.Tree.Freeze(frozen, "a look at it", BudgetRun.Maria, Now) is { } stopped)
                    _run.Append(stopped);
                else if (_run.Tree.Unfreeze(frozen, "all is well", BudgetRun.Maria, Now) is { } resumed)
                    _run.Append(resumed);
                break;

            case SpendStep.Kind.Move:
                _zone = Zones[step.Which % Zones.Length];
                _weekStart = (WeekDay)(step.Which % 7);
                _run.Define(Definition(ExpiryAction.Keep, null));
                break;

            case SpendStep.Kind.Archive when _run.Tree.Archive(BudgetRun.Maria) is { } archived:
                _run.Append(archived);
                break;
        }
    }

    /// <summary>What the tree counts of a scope in the running windows of every kind; null if it knows no such scope.</summary>
    public IReadOnlyDictionary<BudgetPeriod, BudgetLimitView> Running(string path)
    {
        // A copy whose scopes are limited in every kind of window shows all that is counted.
        var copy = new BudgetTree(BudgetRun.Root);
        foreach (var entry in Entries)
            copy.Apply(EntryText.Read(entry), entry.At);
        copy.Apply(new BudgetArchived(BudgetRun.Maria), Now);
        ImmutableArray<BudgetLimit> limits = [.. WindowCalendar.Periods.Select(period => new BudgetLimit(Quantity.FromUnits(1), period))];
        copy.Apply(new BudgetDefined(Definition(ExpiryAction.Keep, limits), BudgetRun.Maria), Now);
        return copy.View(ScopePath.Parse(path), null, 1, Now).Limits.ToDictionary(limit => limit.Period);
    }

    private static ScopePath ScopeOf(int which) => ScopePath.Parse(Paths[which % Paths.Length]);

    private static Charge CostOf(SpendStep step) => new(step.Amount < 0 ? null : Quantity.FromPico(step.Amount), PriceFault: "nobody knows");

    private static WorkloadRequest RequestOf(int which) => new(
        AgentId.Parse(Agents[which % Agents.Length]), new Operation("answer ticket", "inference"),
        new Attribution("support", "helpdesk", "production", Customers[which / 7 % Customers.Length], which % 5 == 0 ? null : $"feature-{which % 5}"),
        Provider: Providers[which / 3 % Providers.Length], Model: Models[which / 11 % Models.Length]);

    private BudgetDefinition Definition(ExpiryAction onExpiry, ImmutableArray<BudgetLimit>? limits)
    {
        var scope = new BudgetScopeDefinition(limits);
        var perCustomer = ImmutableSortedDictionary<string, PerValueDefinition>.Empty
            .Add("customerId", new PerValueDefinition(OnDemandLimits, Optional: true));
        return new BudgetDefinition(
            Unit.Usd, limits, TimeZone: _zone, WeekStart: _weekStart, OnExpiry: onExpiry,
            Children: BudgetRun.Children(
                ("a", scope with { Children = BudgetRun.Children(("b", scope), ("c", scope)), PerValue = perCustomer }), ("ab", scope), ("d", scope)),
            PerValue: ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add("agent", new PerValueDefinition(OnDemandLimits)));
    }

    private WorkloadId? Pick(int which, params WorkloadState[] states)
    {
        // Mostly the youngest ones: they are the ones that are still open.
        var fit = _ids.Where(id => states.Contains(_run.Standing(id).State)).ToList();
        return fit.Count == 0 ? null : fit[^(1 + (which % Math.Min(fit.Count, which % 5 == 0 ? int.MaxValue : 6)))];
    }
}
