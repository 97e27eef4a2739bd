using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Access;

/// <summary>What a credential is for; what each may do is in <see cref="AccessTable"/>.</summary>
[GenerateSerializer, Alias("genops.Role")]
[JsonConverter(typeof(JsonStringEnumConverter<Role>))]
public enum Role
{
    /// <summary>An AI service: asks and settles.</summary>
    [JsonStringEnumMemberName("service")]
    Service,

    /// <summary>A person who approves.</summary>
    [JsonStringEnumMemberName("approver")]
    Approver,

    /// <summary>A person who runs budgets and agents.</summary>
    [JsonStringEnumMemberName("operator")]
    Operator,

    /// <summary>A person who reads everything and changes nothing.</summary>
    [JsonStringEnumMemberName("auditor")]
    Auditor,

    /// <summary>All of it, keys and tenants included.</summary>
    [JsonStringEnumMemberName("admin")]
    Admin,
}
