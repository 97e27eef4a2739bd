using GenOps.ControlPlane.Ids;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// A part of what the cluster remembers about which agent a running workload belongs to, so that settling it over HTTP, by
/// its id alone and through any silo, needs no reading of the ledger. Memory only: whatever it has forgotten, or never
/// heard of, the ledger knows.
/// </summary>
[Alias("genops.IWorkloadIndexGrain"), Version(1)]
public interface IWorkloadIndexGrain : IGrainWithStringKey
{
    /// <summary>How many parts there are; the same on all silos, always.</summary>
    internal const int Parts = 64;

    /// <summary>The key of the part that a workload belongs to.</summary>
    static string Key(WorkloadId id)
    {
        // The end of a UUIDv7 is random, its beginning a time.
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes);
        return $"i/{bytes[15] % Parts}";
    }

    /// <summary>Remembers an admitted workload. Nobody waits for it, and nothing is wrong if it never arrives.</summary>
    /// <param name="ledger">The incarnation of the ledger that has it: another one may know the id as somebody else's.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">The workload.</param>
    /// <param name="agent">The agent that asked.</param>
    [Alias("Remember"), OneWay]
    Task RememberAsync(Guid ledger, TenantId tenant, WorkloadId id, AgentId agent);

    /// <summary>The agent that the workload belongs to; null if it is not remembered.</summary>
    /// <param name="ledger">The incarnation of the ledger.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">The workload.</param>
    [Alias("Find")]
    Task<AgentId?> FindAsync(Guid ledger, TenantId tenant, WorkloadId id);
}
