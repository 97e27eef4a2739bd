namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>What one scope used in one window.</summary>
internal sealed class AuditedSums
{
    public decimal Spent { get; set; }

    public decimal Reserved { get; set; }

    public decimal Unresolved { get; set; }

    public decimal Overrun { get; set; }

    public decimal Used => Spent + Reserved + Unresolved;

    public decimal Consumed => Spent + Unresolved;
}
