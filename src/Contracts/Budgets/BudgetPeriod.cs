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

    /// <summary>From full hour to full hour on the budget's wall clock.</summary>
    [JsonStringEnumMemberName("hour")]
    Hour,

    /// <summary>Seven days from the budget's first day of the week.</summary>
    [JsonStringEnumMemberName("week")]
    Week,

    /// <summary>Three months, counted from the start of the fiscal year.</summary>
    [JsonStringEnumMemberName("quarter")]
    Quarter,

    /// <summary>Twelve months from the start of the fiscal year.</summary>
    [JsonStringEnumMemberName("year")]
    Year,
}
