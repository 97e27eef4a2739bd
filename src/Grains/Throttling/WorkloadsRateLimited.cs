using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Throttling;

/// <summary>
/// Refusals of an agent that were a flood, and were counted instead of recorded one by one. It is about no workload: those
/// that it counts are not in the ledger.
/// </summary>
/// <param name="Count">How many.</param>
/// <param name="Code">Their reason code.</param>
/// <param name="DeterminedBy">What decided them.</param>
/// <param name="From">When the first one was refused.</param>
/// <param name="To">When the last one was.</param>
/// <param name="LastWorkload">The id of the last one, for whoever has its answer in hand.</param>
public sealed record WorkloadsRateLimited(
    long Count, string Code, string DeterminedBy, DateTimeOffset From, DateTimeOffset To, string LastWorkload) : LedgerEvent;
