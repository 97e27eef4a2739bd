namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// What the database holds in the place of an entry can't be an entry: somebody changed the database, or its disk is
/// damaged. Not a state to go on from.
/// </summary>
public sealed class LedgerCorruptException(StreamId stream, long seq, string why, Exception? inner = null)
    : Exception($"stream {stream}, entry {seq}: {why}", inner)
{
    /// <summary>The stream.</summary>
    public StreamId Stream { get; } = stream;

    /// <summary>The number of the entry.</summary>
    public long Seq { get; } = seq;

    /// <summary>What is wrong with it.</summary>
    public string Why { get; } = why;
}
