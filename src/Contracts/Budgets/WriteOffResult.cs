using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What was written off.</summary>
/// <param name="Count">How many workloads; those that had been before do not count again.</param>
/// <param name="Amount">What no longer counts.</param>
/// <param name="Unit">The unit of <paramref name="Amount"/>.</param>
/// <param name="Workloads">The first 1,000 of them.</param>
/// <param name="IsComplete">Whether nothing is left of what was meant; if not, send the same again.</param>
[GenerateSerializer, Immutable, Alias("genops.WriteOffResult")]
public sealed record WriteOffResult(int Count, Quantity Amount, Unit Unit, ImmutableArray<WorkloadId> Workloads, bool IsComplete = true);
