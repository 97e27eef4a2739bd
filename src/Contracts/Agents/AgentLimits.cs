namespace GenOps.ControlPlane.Agents;

/// <summary>How much an agent may do at once and in a minute, whatever its delegations permit. What is absent limits nothing.</summary>
/// <param name="MaxConcurrent">The most workloads that run at once; 1 or more.</param>
/// <param name="RequestsPerMinute">The most workloads in a minute: as many at once, then evenly; 1 or more.</param>
/// <param name="TokensPerMinute">The most tokens in a minute, estimated ones until the actual are reported; 1 or more.</param>
/// <param name="EnforceSla">
/// Whether a model is refused (SLA_LATENCY_VIOLATION) whose 95th percentile of latency, as this agent reported it lately, is
/// beyond the target that the request states; no if absent.
/// </param>
[GenerateSerializer, Immutable, Alias("genops.AgentLimits")]
public sealed record AgentLimits(
    int? MaxConcurrent = null, int? RequestsPerMinute = null, long? TokensPerMinute = null, bool? EnforceSla = null);
