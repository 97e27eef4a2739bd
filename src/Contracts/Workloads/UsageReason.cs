using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Why spend happened without a reservation.</summary>
[GenerateSerializer, Alias("genops.UsageReason")]
[JsonConverter(typeof(JsonStringEnumConverter<UsageReason>))]
public enum UsageReason
{
    /// <summary>The control plane could not be asked, and the application went ahead.</summary>
    [JsonStringEnumMemberName("ungoverned")]
    Ungoverned,

    /// <summary>It was spent outside, and an invoice or a log says so.</summary>
    [JsonStringEnumMemberName("external")]
    External,
}
