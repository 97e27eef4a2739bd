using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>How one side of a comparison did. Times are in milliseconds.</summary>
/// <param name="Name">Which.</param>
/// <param name="PairsPerSecond">Authorizations with their reconciliations: two durable entries each.</param>
/// <param name="Authorize">A decision.</param>
/// <param name="Reconcile">A reconciliation.</param>
/// <param name="Silos">Cores that all silos used.</param>
/// <param name="Server">Cores that PostgreSQL used.</param>
/// <param name="Generator">Cores that the callers used.</param>
/// <param name="CommitsPerSecond">Commits in a second.</param>
/// <param name="EntriesPerCommit">Entries of one commit.</param>
/// <param name="FlushesPerSecond">How often a second PostgreSQL forced its log to the disk.</param>
internal sealed record ClusterSide(
    string Name, Spread PairsPerSecond, LatencyFigures Authorize, LatencyFigures Reconcile,
    Spread Silos, Spread Server, Spread Generator, Spread CommitsPerSecond, Spread EntriesPerCommit, Spread FlushesPerSecond)
{
    /// <summary>The figures of <paramref name="rounds"/>.</summary>
    public static ClusterSide Of(string name, IReadOnlyCollection<ClusterRound> rounds) => new(
        name,
        Spread.Of(rounds.Select(round => round.PairsPerSecond)),
        LatencyFigures.Of([.. rounds.Select(round => round.Authorized)]),
        LatencyFigures.Of([.. rounds.Select(round => round.Reconciled)]),
        Spread.Of(rounds.Select(round => round.Usage.Silos / round.Elapsed)),
        Spread.Of(rounds.Select(round => round.Usage.Server / round.Elapsed)),
        Spread.Of(rounds.Select(round => round.Usage.Generator / round.Elapsed)),
        Spread.Of(rounds.Select(round => round.Usage.Commits / round.Elapsed.TotalSeconds)),
        Spread.Of(rounds.Select(round => round.Usage.Entries / (double)Math.Max(round.Usage.Commits, 1))),
        Spread.Of(rounds.Select(round => round.Usage.Flushes / round.Elapsed.TotalSeconds)));
}
