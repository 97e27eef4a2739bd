using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>One tenant's streams that have something to write, in turn.</summary>
internal sealed class TenantQueue(TenantId tenant)
{
    /// <summary>The tenant.</summary>
    public TenantId Tenant { get; } = tenant;

    /// <summary>The streams whose turn is to come.</summary>
    public Queue<StreamQueue> Turns { get; } = new();

    /// <summary>How many entries wait.</summary>
    public int Entries { get; set; }

    /// <summary>How many streams are known.</summary>
    public int Streams { get; set; }

    /// <summary>Whether it stands among the tenants' turns.</summary>
    public bool InTurn { get; set; }
}
