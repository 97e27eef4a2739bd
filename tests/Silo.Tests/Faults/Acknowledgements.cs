using System.Collections.Concurrent;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>Everything that callers were told, written down before it is counted, and what should never have been told.</summary>
public sealed class Acknowledgements
{
    private int _overHttp;
    private int _overLibrary;

    /// <summary>The decisions.</summary>
    public ConcurrentQueue<AcknowledgedDecision> Decisions { get; } = [];

    /// <summary>The reconciliations and releases.</summary>
    public ConcurrentQueue<AcknowledgedSettlement> Settlements { get; } = [];

    /// <summary>The workloads whose figures were sent, answered or not.</summary>
    public ConcurrentQueue<WorkloadId> Reported { get; } = [];

    /// <summary>Answers that are wrong whatever happens to the node.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    /// <summary>How many decisions came over HTTP.</summary>
    public int OverHttp => Volatile.Read(ref _overHttp);

    /// <summary>How many decisions came over the client library.</summary>
    public int OverLibrary => Volatile.Read(ref _overLibrary);

    /// <summary>Takes a decision.</summary>
    public void Add(AcknowledgedDecision decision)
    {
        Decisions.Enqueue(decision);
        Interlocked.Increment(ref decision.Body is null ? ref _overLibrary : ref _overHttp);
    }
}
