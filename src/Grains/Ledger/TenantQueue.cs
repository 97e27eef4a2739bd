using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What one tenant has in the queue.</summary>
internal sealed class TenantQueue(TenantId tenant)
{
    /// <summary>The tenant.</summary>
    public TenantId Tenant { get; } = tenant;

    /// <summary>How many entries wait.</summary>
    public int Entries { get; set; }

    /// <summary>How many streams are known.</summary>
    public int Streams { get; set; }
}
