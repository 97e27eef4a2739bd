using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Agents;

/// <summary>Whether an agent may act.</summary>
[GenerateSerializer, Alias("genops.AgentState")]
[JsonConverter(typeof(JsonStringEnumConverter<AgentState>))]
public enum AgentState
{
    /// <summary>It may.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Not until it is resumed.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended,

    /// <summary>It was removed; its history stays.</summary>
    [JsonStringEnumMemberName("closed")]
    Closed,
}
