using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>One caller beside its floor. Times are in milliseconds.</summary>
/// <param name="Rounds">How many rounds.</param>
/// <param name="CallsPerRound">Calls of each sort in a round.</param>
/// <param name="EntryBytes">The size of a decision's entry in the ledger.</param>
/// <param name="BareCall">A call of an actor that only answers.</param>
/// <param name="BareAppend">A durable append of the same row to a table with the ledger's indexes.</param>
/// <param name="Floor">Both, one after the other.</param>
/// <param name="BareRow">A durable append of the same row to a table without any index: less than a ledger can do with.</param>
/// <param name="DryRun">A decision that writes nothing: all of the calls, without the append.</param>
/// <param name="Authorize">A decision.</param>
/// <param name="Reconcile">A reconciliation.</param>
/// <param name="Ratio">The decision's median by the floor, round by round.</param>
/// <param name="RatioToBareRow">The same, if the floor had no indexes.</param>
internal sealed record OneCallerFigures(
    int Rounds,
    int CallsPerRound,
    int EntryBytes,
    LatencyFigures BareCall,
    LatencyFigures BareAppend,
    LatencyFigures Floor,
    LatencyFigures BareRow,
    LatencyFigures DryRun,
    LatencyFigures Authorize,
    LatencyFigures Reconcile,
    Spread Ratio,
    Spread RatioToBareRow)
{
    /// <summary>What <see cref="Ratio"/> may be at most.</summary>
    public const double RatioMax = 1.6;
}
