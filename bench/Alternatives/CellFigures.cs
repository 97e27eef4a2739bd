using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>How one alternative did in one cell. Times are in milliseconds.</summary>
/// <param name="Alternative">Which.</param>
/// <param name="Callers">How many asked at once.</param>
/// <param name="Budgets">How many budgets they drew from.</param>
/// <param name="PairsPerSecond">Reservations with their reconciliations in a second.</param>
/// <param name="Reserve">A reservation.</param>
/// <param name="Reconcile">A reconciliation.</param>
internal sealed record CellFigures(string Alternative, int Callers, int Budgets, Spread PairsPerSecond, LatencyFigures Reserve, LatencyFigures Reconcile)
{
    /// <summary>The figures of <paramref name="rounds"/>.</summary>
    public static CellFigures Of(string alternative, int callers, int budgets, IReadOnlyCollection<CellLoad> rounds) => new(
        alternative, callers, budgets, Spread.Of(rounds.Select(round => round.PairsPerSecond)),
        LatencyFigures.Of([.. rounds.Select(round => round.Reserved)]), LatencyFigures.Of([.. rounds.Select(round => round.Reconciled)]));
}
