namespace GenOps.ControlPlane.Faults;

/// <summary>Reads a ledger with plain SQL.</summary>
public interface ILedgerRows
{
    /// <summary>All rows by position, read in one statement.</summary>
    IAsyncEnumerable<LedgerRow> AllAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The positions after <paramref name="after"/>, lowest first, that no transaction under way can come before any more:
    /// what a reader that follows the ledger is shown.
    /// </summary>
    /// <param name="after">The last position that was read; 0 at first.</param>
    /// <param name="countMax">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<IReadOnlyList<long>> SettledAsync(long after, int countMax, CancellationToken cancellationToken);
}
