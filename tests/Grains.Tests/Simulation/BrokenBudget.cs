using System.Reflection;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A budget that is broken in one method, to prove that the checks can see it.</summary>
internal class BrokenBudget : DispatchProxy
{
    private IBudgetGrain? _budget;
    private Func<IBudgetGrain, MethodInfo, object?[], object?>? _method;

    /// <summary>The actor itself, or the broken one if it is a budget.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="method">What a method gives instead; null for what the budget gives.</param>
    public static object Around(object actor, Func<IBudgetGrain, MethodInfo, object?[], object?> method)
    {
        if (actor is not IBudgetGrain budget)
            return actor;

        var broken = Create<IBudgetGrain, BrokenBudget>();
        ((BrokenBudget)(object)broken)._budget = budget;
        ((BrokenBudget)(object)broken)._method = method;
        return broken;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _method!(_budget!, targetMethod!, args!) ?? targetMethod!.Invoke(_budget, BindingFlags.DoNotWrapExceptions, null, args, null);
}
