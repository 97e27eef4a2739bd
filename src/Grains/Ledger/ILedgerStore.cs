using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>A database that keeps the ledger: written by <see cref="LedgerWriter"/> alone, one commit at a time.</summary>
public interface ILedgerStore : ILedgerReader
{
    /// <summary>
    /// Makes a batch durable before it completes. Each append of the batch is judged by itself and in order, and is
    /// accepted whole or not at all; entries that are there already, byte for byte, count as accepted.
    /// </summary>
    /// <exception cref="LedgerStoreException">The whole batch failed; it says whether nothing was written or nobody knows.</exception>
    Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken);
}
