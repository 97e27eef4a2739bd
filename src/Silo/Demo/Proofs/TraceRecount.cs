using System.Runtime.InteropServices;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>
/// What every scope must have used, from the trace, the rule and the price book, given which calls were allowed. It
/// looks at no ledger.
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

        foreach (var binding in organisation.Agents[call.Agent].Budgets ?? [])
        {
            var unit = organisation.Budgets[binding.Root].Unit;
            var reserved = Amount(call, call.Estimate, unit);
            var change = call.Ending == CallEnding.Unresolved
                ? new ScopeTotals(default, default, reserved, default)
                : Spent(Amount(call, call.Actual, unit), reserved);
            foreach (var scope in binding.Scope.FromRoot())
                CollectionsMarshal.GetValueRefOrAddDefault(_totals, new BudgetPath(binding.Root, scope), out _) += change;
        }
    }

    private static ScopeTotals Spent(Quantity actual, Quantity reserved) =>
        new(actual, default, default, Quantity.Max(actual - reserved, Quantity.Zero));

    private Quantity Amount(AssignedCall call, TokenUsage usage, Unit unit)
    {
        if (unit == Unit.Tokens)
            return Quantity.FromUnits(usage.TotalTokens);

        return prices.Quote(call.Provider, call.Model, usage, at) is Priced priced && priced.Currency == unit
            ? priced.Total
            : throw new DemoException($"row {call.Call.Row}: the price book has no price in {unit} of {call.Provider} {call.Model}");
    }
}
