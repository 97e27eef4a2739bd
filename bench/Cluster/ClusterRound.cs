using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>What callers achieved on one cluster in one round, and what it took.</summary>
/// <param name="Authorized">How long their authorizations took.</param>
/// <param name="Reconciled">How long their reconciliations took.</param>
/// <param name="Elapsed">How long it was measured.</param>
/// <param name="Usage">What was used meanwhile.</param>
internal sealed record ClusterRound(Latencies Authorized, Latencies Reconciled, TimeSpan Elapsed, ClusterUsage Usage)
{
    /// <summary>Authorizations with their reconciliations in a second.</summary>
    public double PairsPerSecond => Reconciled.Count / Elapsed.TotalSeconds;
}
