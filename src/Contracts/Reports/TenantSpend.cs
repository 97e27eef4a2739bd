using System.Collections.Immutable;

namespace GenOps.ControlPlane.Reports;

/// <summary>What a tenant spent, over all its budgets; a workload that is bound to two budgets counts in both.</summary>
/// <param name="By">What is summed by.</param>
/// <param name="From">The first instant; a workload counts at its reservation's.</param>
/// <param name="To">The end, exclusive; null for all until now.</param>
/// <param name="Units">By unit.</param>
[GenerateSerializer, Immutable, Alias("genops.TenantSpend")]
public sealed record TenantSpend(SpendDimension By, DateTimeOffset From, DateTimeOffset? To, ImmutableArray<UnitSpend> Units);
