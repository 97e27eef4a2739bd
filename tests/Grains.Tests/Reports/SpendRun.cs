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
    public static readonly string[] Paths = ["", "a", "a/b", "a/c", "ab", "d"];

    private static readonly string[] Agents = ["bot", "planner", "writer"];
    private static readonly string?[] Models = ["gpt-4o", "claude", null];
    private static readonly string?[] Providers = ["openai", "azure", null];
    private static readonly string?[] Customers = ["c-1", "c-2", "c-3", null];

    private readonly string _zone;
    private readonly BudgetRun _run;
    private readonly List<WorkloadId> _ids = [];

    public SpendRun(string zone, DateTimeOffset start)
    {
        _zone = zone;
        _run = new BudgetRun(start);
        _run.Define(Definition(ExpiryAction.Keep, null));
    }

    public DateTimeOffset Now => _run.Now;

    public IReadOnlyList<LedgerEntry> Entries => _run.Entries;

    public CalendarHistory Calendar => CalendarHistory.From([new CalendarChange(Entries[0].At, _zone, WeekDay.Monday, 1)]);

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
                    of.Agent, of.Operation, of.Attribution, UsageReason.External, Provider: of.Provider, Model: of.Model);
                _run.Append(_run.Tree.Record(new UsageCommand(
                    _run.NewId(), report, ContentHash.Of(report), ScopeOf(step.Which), CostOf(step), null, [])));
                break;

            case SpendStep.Kind.Pass:
                _run.Now += TimeSpan.FromSeconds(step.Seconds);
                break;

            case SpendStep.Kind.Define:
                _run.Define(Definition(step.Which % 2 == 0 ? ExpiryAction.Keep : ExpiryAction.Release, step.Which % 3 == 0 ? 20 : null));
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
        var scope = new BudgetScopeDefinition(limits);
        copy.Apply(
            new BudgetDefined(
                new BudgetDefinition(
                    Unit.Usd, limits, TimeZone: _zone,
                    Children: BudgetRun.Children(("a", scope with { Children = BudgetRun.Children(("b", scope), ("c", scope)) }), ("ab", scope), ("d", scope))),
                BudgetRun.Maria),
            Now);
        return copy.View(ScopePath.Parse(path), null, 1, Now).Limits.ToDictionary(limit => limit.Period);
    }

    private static ScopePath ScopeOf(int which) => ScopePath.Parse(Paths[which % Paths.Length]);

    private static Charge CostOf(SpendStep step) => new(step.Amount < 0 ? null : Quantity.FromPico(step.Amount), PriceFault: "nobody knows");

    private static WorkloadRequest RequestOf(int which) => new(
        AgentId.Parse(Agents[which % Agents.Length]), new Operation("answer ticket", "inference"),
        new Attribution("support", "helpdesk", "production", Customers[which / 7 % Customers.Length], which % 5 == 0 ? null : $"feature-{which % 5}"),
        Provider: Providers[which / 3 % Providers.Length], Model: Models[which / 11 % Models.Length]);

    private BudgetDefinition Definition(ExpiryAction onExpiry, int? limit)
    {
        var scope = new BudgetScopeDefinition();
        return new BudgetDefinition(
            Unit.Usd, limit is { } units ? [new BudgetLimit(Quantity.FromUnits(units), BudgetPeriod.Day)] : [], TimeZone: _zone, OnExpiry: onExpiry,
            Children: BudgetRun.Children(("a", scope with { Children = BudgetRun.Children(("b", scope), ("c", scope)) }), ("ab", scope), ("d", scope)));
    }

    private WorkloadId? Pick(int which, params WorkloadState[] states)
    {
        // Mostly the youngest ones: they are the ones that are still open.
        var fit = _ids.Where(id => states.Contains(_run.Standing(id).State)).ToList();
        return fit.Count == 0 ? null : fit[^(1 + (which % Math.Min(fit.Count, which % 5 == 0 ? int.MaxValue : 6)))];
    }
}
