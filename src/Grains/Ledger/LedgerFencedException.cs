namespace GenOps.ControlPlane.Ledger;

/// <summary>Another writer's entries stand where these should, or an append in front of these failed: nothing was written.</summary>
public sealed class LedgerFencedException(StreamId stream, string why) : LedgerException($"stream {stream}: {why}")
{
    /// <summary>The stream that has moved on.</summary>
    public StreamId Stream { get; } = stream;
}
