using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>What several silos cost on one machine, and what a long reader costs.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Callers">How many asked at once.</param>
/// <param name="Silos">Three silos beside one.</param>
/// <param name="LongReader">Three silos with a read transaction that stays open and one pg_dump after the other, beside the same without; null if left out.</param>
internal sealed record ClusterReport(Machine Machine, int Callers, ClusterComparison Silos, ClusterComparison? LongReader);
