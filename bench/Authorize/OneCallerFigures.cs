using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>One caller beside its floor. Times are in milliseconds.</summary>
/// <param name="Rounds">How many rounds.</param>
/// <param name="CallsPerRound">Calls of each sort in a round.</param>
/// <param name="EntryBytes">The size of a decision's entry in the ledger.</param>
/// <param name="BareCall">A call of an actor that only answers.</param>
/// <param name="BareAppend">A durable append of the same row.</param>
/// <param name="Floor">The sum of both medians.</param>
/// <param name="Authorize">A decision.</param>
/// <param name="Reconcile">A reconciliation.</param>
/// <param name="Ratio">The decision's median by the floor, round by round.</param>
internal sealed record OneCallerFigures(
    int Rounds,
    int CallsPerRound,
    int EntryBytes,
    LatencyFigures BareCall,
    LatencyFigures BareAppend,
    Spread Floor,
    LatencyFigures Authorize,
    LatencyFigures Reconcile,
    Spread Ratio)
{
    /// <summary>What <see cref="Ratio"/> may be at most.</summary>
    public const double RatioMax = 1.6;
}
