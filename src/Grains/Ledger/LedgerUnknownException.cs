namespace GenOps.ControlPlane.Ledger;

/// <summary>The store can't be reached, so that nobody knows what became of the append, or it refused an entry outright.</summary>
public sealed class LedgerUnknownException(string message, Exception? inner = null) : LedgerException(message, inner);
