using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Who and what a workload is for. It never changes during the workload's life (specification, section 2).</summary>
/// <param name="Team">Required; up to 256 bytes, as every attribute.</param>
/// <param name="Project">Required.</param>
/// <param name="Environment">Required; production, say.</param>
/// <param name="CustomerId">The customer served.</param>
/// <param name="Feature">The product's feature.</param>
/// <param name="SessionId">The user's session.</param>
/// <param name="CostCenter">The cost centre that pays.</param>
[GenerateSerializer, Immutable, Alias("genops.Attribution")]
public sealed record Attribution(
    string Team,
    string Project,
    string Environment,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomerId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Feature = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SessionId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CostCenter = null);
