using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What became of a batch.</summary>
/// <param name="Epoch">The cluster's epoch as of this commit.</param>
/// <param name="Outcomes">One for each append, in order.</param>
/// <param name="Incarnation">The ledger's own random id, as this commit saw it; null if the store does not look.</param>
public sealed record LedgerCommit(Epoch Epoch, ImmutableArray<AppendOutcome> Outcomes, Guid? Incarnation = null);
