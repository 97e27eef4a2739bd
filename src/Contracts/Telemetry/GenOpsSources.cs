namespace GenOps.ControlPlane.Telemetry;

/// <summary>Names of the sources of spans.</summary>
public static class GenOpsSources
{
    /// <summary>One span per workload, from the client library.</summary>
    public const string Workloads = "GenOps.ControlPlane.Workloads";
}
