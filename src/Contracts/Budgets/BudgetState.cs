using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Whether a scope of a budget takes new work.</summary>
[GenerateSerializer, Alias("genops.BudgetState")]
[JsonConverter(typeof(JsonStringEnumConverter<BudgetState>))]
public enum BudgetState
{
    /// <summary>It does.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>It does not; what is held is still settled.</summary>
    [JsonStringEnumMemberName("archived")]
    Archived,

    /// <summary>It does not until it, or the scope above that was frozen, is unfrozen; what is held is still settled.</summary>
    [JsonStringEnumMemberName("frozen")]
    Frozen,
}
