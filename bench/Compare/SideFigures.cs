using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Compare;

/// <summary>How one side did. Times are in milliseconds.</summary>
/// <param name="Name">Which.</param>
/// <param name="PairsPerSecond">Authorizations with their reconciliations: two durable entries each.</param>
/// <param name="Authorize">A decision.</param>
/// <param name="Reconcile">A reconciliation.</param>
internal sealed record SideFigures(string Name, Spread PairsPerSecond, LatencyFigures Authorize, LatencyFigures Reconcile);
