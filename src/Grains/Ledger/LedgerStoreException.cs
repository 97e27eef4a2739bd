namespace GenOps.ControlPlane.Ledger;

/// <summary>A batch failed as a whole.</summary>
public sealed class LedgerStoreException(string message, bool nothingWritten, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>True: the store says that it wrote nothing. False: nobody knows.</summary>
    public bool NothingWritten { get; } = nothingWritten;
}
