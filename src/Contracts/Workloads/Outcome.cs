using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Workloads;

/// <summary>How the action ended.</summary>
[GenerateSerializer, Alias("genops.Outcome")]
[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome
{
    /// <summary>It did what it should.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>It failed; what it consumed counts all the same.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Nobody knows.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
