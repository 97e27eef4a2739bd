using System.Collections.Immutable;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A limit for each value of an attribute, worked out.</summary>
/// <param name="Attribute">One of <see cref="Ids.ScopeAttribute.Names"/>.</param>
/// <param name="Limits">The limits of each value.</param>
/// <param name="IsOptional">Whether a workload without the attribute is admitted.</param>
internal sealed record PerValueRule(string Attribute, ImmutableArray<LimitTerm> Limits, bool IsOptional);
