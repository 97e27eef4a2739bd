using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Whether a budget refuses what does not fit.</summary>
[GenerateSerializer, Alias("genops.BudgetMode")]
[JsonConverter(typeof(JsonStringEnumConverter<BudgetMode>))]
public enum BudgetMode
{
    /// <summary>It does.</summary>
    [JsonStringEnumMemberName("enforce")]
    Enforce,

    /// <summary>
    /// It answers WARNING with the code that it would have refused with, and admits. A frozen scope and an archived
    /// budget refuse all the same: those are acts of a person, not rules that are being tried out.
    /// </summary>
    [JsonStringEnumMemberName("observe")]
    Observe,
}
