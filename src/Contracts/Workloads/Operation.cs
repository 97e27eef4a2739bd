namespace GenOps.ControlPlane.Workloads;

/// <summary>What the workload does (<c>genops.operation.*</c>, specification 7.1).</summary>
/// <param name="Name">For people: up to 256 bytes.</param>
/// <param name="Type">One of <see cref="Types"/>.</param>
[GenerateSerializer, Immutable, Alias("genops.Operation")]
public sealed record Operation(string Name, string Type)
{
    /// <summary>The specification's examples, and <c>tool</c>.</summary>
    public static readonly string[] Types = ["inference", "embedding", "fine_tune", "tool"];
}
