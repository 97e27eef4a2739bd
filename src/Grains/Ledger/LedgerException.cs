namespace GenOps.ControlPlane.Ledger;

/// <summary>An append that did not become durable as queued. The actor must forget what it built on it.</summary>
public abstract class LedgerException(string message, Exception? inner = null) : Exception(message, inner);
