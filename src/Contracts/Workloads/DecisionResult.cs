using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The four results of a decision, and no other (specification, section 4).</summary>
[GenerateSerializer, Alias("genops.DecisionResult")]
[JsonConverter(typeof(JsonStringEnumConverter<DecisionResult>))]
public enum DecisionResult
{
    /// <summary>Go ahead: the money is held.</summary>
    [JsonStringEnumMemberName("ALLOWED")]
    Allowed,

    /// <summary>Do not execute.</summary>
    [JsonStringEnumMemberName("BLOCKED")]
    Blocked,

    /// <summary>Go ahead, and mind the reason.</summary>
    [JsonStringEnumMemberName("WARNING")]
    Warning,

    /// <summary>Not now: ask again with a new workload after <c>retryAfterMs</c>.</summary>
    [JsonStringEnumMemberName("RATE_LIMITED")]
    RateLimited,
}
