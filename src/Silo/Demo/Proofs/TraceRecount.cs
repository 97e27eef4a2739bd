using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>
/// What every scope must have used, from the trace, the rule and the price book, given which calls were allowed and on
/// which delegations. It looks at no ledger.
/// </summary>
internal sealed class TraceRecount(Organisation organisation, PriceBook prices, DateTimeOffset at)
{
    private readonly Dictionary<BudgetPath, ScopeTotals> _totals = [];

    /// <summary>What each scope must have used.</summary>
    public IReadOnlyDictionary<BudgetPath, ScopeTotals> Totals => _totals;

    /// <summary>Takes one call.</summary>
    /// <exception cref="DemoException">The price book has no price of it.</exception>
    public void Take(CallOutcome outcome)
    {
        var call = outcome.Call;
        if (!outcome.Result.Admits() || call.Ending == CallEnding.Released)
            return;

        Charge(call.Agent, outcome.Chain, unit =>
        {
            var reserved = Amount(call, call.Estimate, unit);
            return call.Ending == CallEnding.Unresolved
                ? new ScopeTotals(default, default, reserved, default)
                : Spent(Amount(call, call.Actual, unit), reserved);
        });
    }

    /// <summary>Takes a call besides those of the trace.</summary>
    /// <exception cref="DemoException">The price book has no price of it.</exception>
    public void Take(ExtraCall extra)
    {
        if (!extra.Decision.Result.Admits() || extra.Figures is not { } figures)
            return;

        var request = extra.Request;
        Charge(request.Agent, extra.Decision.Chain ?? [], unit => Spent(
            In(figures.Actual ?? [], unit) ?? Amount(request, figures.Usage!, unit),
            request.Estimate!.In(unit) ?? Amount(request, new TokenUsage(request.Estimate.InputTokens!.Value, request.Estimate.MaxOutputTokens!.Value), unit)));
    }

    /// <summary>Charges the agent's budgets, and the tree of the chain's topmost delegation that limits spend.</summary>
    private void Charge(AgentId agent, ImmutableArray<DelegationId> chain, Func<Unit, ScopeTotals> changeIn)
    {
        foreach (var binding in organisation.Agents[agent].Budgets ?? [])
        {
            var change = changeIn(organisation.Budgets[binding.Root].Unit);
            foreach (var scope in binding.Scope.FromRoot())
                Add(new BudgetPath(binding.Root, scope), change);
        }

        ImmutableArray<Grant> limited = [.. chain.Select(link => organisation.Delegations[link]).Where(link => link.Definition.Limits?.Spend is not null)];
        if (limited.IsEmpty)
            return;

        var tree = BudgetRoot.Of(limited[0].Id);
        var spent = changeIn(limited[0].Definition.Limits!.Spend!.Unit);
        Add(new BudgetPath(tree, ScopePath.Root), spent);
        foreach (var link in limited)
            Add(new BudgetPath(tree, ScopePath.Root.Child(ScopeAttribute.Delegation, link.Id.Value)), spent);
    }

    private void Add(BudgetPath path, ScopeTotals change) => CollectionsMarshal.GetValueRefOrAddDefault(_totals, path, out _) += change;

    private static ScopeTotals Spent(Quantity actual, Quantity reserved) =>
        new(actual, default, default, Quantity.Max(actual - reserved, Quantity.Zero));

    private static Quantity? In(ImmutableArray<Amount> amounts, Unit unit) =>
        amounts.Where(amount => amount.Unit == unit).Select(amount => (Quantity?)amount.Quantity).FirstOrDefault();

    private Quantity Amount(AssignedCall call, TokenUsage usage, Unit unit) => Amount(call.Request, usage, unit, $"row {call.Call.Row}");

    private Quantity Amount(WorkloadRequest request, TokenUsage usage, Unit unit, string? name = null)
    {
        if (unit == Unit.Tokens)
            return Quantity.FromUnits(usage.TotalTokens);

        return prices.Quote(request.Provider!, request.Model!, usage, at) is Priced priced && priced.Currency == unit
            ? priced.Total
            : throw new DemoException($"{name ?? request.Operation.Name}: the price book has no price in {unit} of {request.Provider} {request.Model}");
    }
}
