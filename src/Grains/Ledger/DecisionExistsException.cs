using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>The workload is decided, or held for by this stream, already: nothing was written.</summary>
public sealed class DecisionExistsException(StreamId stream, WorkloadId workload)
    : LedgerException($"stream {stream}: workload {workload} is recorded already")
{
    /// <summary>The stream that tried.</summary>
    public StreamId Stream { get; } = stream;

    /// <summary>The workload.</summary>
    public WorkloadId Workload { get; } = workload;
}
