using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The answer to reconcile and release.</summary>
/// <param name="Id">The workload.</param>
/// <param name="State">Where it stands: unresolved if it is in any budget.</param>
/// <param name="Budgets">Each budget in name order; empty for a tombstone.</param>
/// <param name="PriceBook">The version of the prices used; null if none were.</param>
[GenerateSerializer, Immutable, Alias("genops.SettlementResult")]
public sealed record SettlementResult(
    WorkloadId Id, WorkloadState State, ImmutableArray<Settlement> Budgets, string? PriceBook = null);
