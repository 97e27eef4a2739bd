using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Approvals;

/// <summary>Where an approval stands.</summary>
[GenerateSerializer, Alias("genops.ApprovalState")]
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalState>))]
public enum ApprovalState
{
    /// <summary>Nobody has decided.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>A person approved; the action may run once.</summary>
    [JsonStringEnumMemberName("approved")]
    Approved,

    /// <summary>A person denied.</summary>
    [JsonStringEnumMemberName("denied")]
    Denied,

    /// <summary>The action was allowed on it.</summary>
    [JsonStringEnumMemberName("used")]
    Used,

    /// <summary>Its time ran out.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}
