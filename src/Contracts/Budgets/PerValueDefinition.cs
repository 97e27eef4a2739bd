using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// A limit for each value of an attribute, customer by customer say, within one scope. The scope
/// <c>customerId=c-17</c> comes into being by its first use.
/// </summary>
/// <param name="Limits">The limits of each value.</param>
/// <param name="Limit">Short form of one limit, with <paramref name="Period"/>.</param>
/// <param name="Period">The short form's window; that of the scope around if absent.</param>
/// <param name="Optional">Whether a workload without the attribute is admitted all the same, counted in no value's scope; refused if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.PerValueDefinition")]
public sealed record PerValueDefinition(
    ImmutableArray<BudgetLimit>? Limits = null,
    Quantity? Limit = null,
    BudgetPeriod? Period = null,
    bool? Optional = null);
