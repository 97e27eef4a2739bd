namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>What measures recoveries of real clusters: one after the other, with the machine to itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultRuns
{
    /// <summary>The collection's name.</summary>
    public const string Name = "fault runs";
}
