using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Authority;

/// <summary>Where a delegation stands by itself, whatever becomes of those above it.</summary>
[GenerateSerializer, Alias("genops.DelegationState")]
[JsonConverter(typeof(JsonStringEnumConverter<DelegationState>))]
public enum DelegationState
{
    /// <summary>It is in force.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>Its time has not begun.</summary>
    [JsonStringEnumMemberName("not_yet")]
    NotYet,

    /// <summary>Its time is over.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>It was taken away, for ever.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,
}
