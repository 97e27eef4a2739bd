namespace GenOps.ControlPlane.Agents;

/// <summary>Bounds of one agent's actor.</summary>
public sealed class AgentGrainOptions
{
    /// <summary>The most running workloads remembered; what is beyond is looked up in the ledger.</summary>
    /// <value>Workloads; 4,096 by default.</value>
    public int WorkloadsMax { get; set; } = 4_096;

    /// <summary>How far ahead of the silo's clock a workload's id may have been made.</summary>
    /// <value>5 min by default.</value>
    public TimeSpan IdSkewMax { get; set; } = TimeSpan.FromMinutes(5);
}
