using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Tenants;

/// <summary>Whether a tenant's agents may act.</summary>
[GenerateSerializer, Alias("genops.TenantState")]
[JsonConverter(typeof(JsonStringEnumConverter<TenantState>))]
public enum TenantState
{
    /// <summary>They may.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>The kill switch is on.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended,

    /// <summary>Closed: no new work, settlement goes on.</summary>
    [JsonStringEnumMemberName("closed")]
    Closed,
}
