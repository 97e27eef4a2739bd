using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The window in which a limit counts.</summary>
[GenerateSerializer, Alias("genops.BudgetPeriod")]
[JsonConverter(typeof(JsonStringEnumConverter<BudgetPeriod>))]
public enum BudgetPeriod
{
    /// <summary>For ever: the window never ends.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>From midnight to midnight in the budget's time zone.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>From the first of the month in the budget's time zone.</summary>
    [JsonStringEnumMemberName("month")]
    Month,
}
