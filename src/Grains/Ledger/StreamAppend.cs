using System.Collections.Immutable;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Entries for one stream, accepted as one or not at all.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Base">The head that they build on; another head fences them off.</param>
/// <param name="Entries">One or more, consecutive from <paramref name="Base"/>.</param>
/// <param name="ChangesAuthority">Whether this advances the cluster's epoch and records the stream as changed.</param>
/// <param name="TakesAway">Whether all that it does is to take away or stop: the queue keeps room for that.</param>
public sealed record StreamAppend(
    StreamId Stream, LedgerHead Base, ImmutableArray<LedgerEntry> Entries, bool ChangesAuthority, bool TakesAway = false);
