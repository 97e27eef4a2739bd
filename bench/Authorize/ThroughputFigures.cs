using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>A cell of the throughput table. Times are in milliseconds.</summary>
/// <param name="Callers">How many asked at once.</param>
/// <param name="Budgets">How many budgets they drew from.</param>
/// <param name="PairsPerSecond">Authorizations with their reconciliations: two durable entries each.</param>
/// <param name="Authorize">A decision.</param>
/// <param name="Reconcile">A reconciliation.</param>
internal sealed record ThroughputFigures(
    int Callers, int Budgets, Spread PairsPerSecond, LatencyFigures Authorize, LatencyFigures Reconcile);
