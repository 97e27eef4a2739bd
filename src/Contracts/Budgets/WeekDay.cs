using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The first day of a budget's week.</summary>
[GenerateSerializer, Alias("genops.WeekDay")]
[JsonConverter(typeof(JsonStringEnumConverter<WeekDay>))]
public enum WeekDay
{
    /// <summary>As ISO 8601 has it; the default.</summary>
    [JsonStringEnumMemberName("monday")]
    Monday,

    /// <summary>Tuesday.</summary>
    [JsonStringEnumMemberName("tuesday")]
    Tuesday,

    /// <summary>Wednesday.</summary>
    [JsonStringEnumMemberName("wednesday")]
    Wednesday,

    /// <summary>Thursday.</summary>
    [JsonStringEnumMemberName("thursday")]
    Thursday,

    /// <summary>Friday.</summary>
    [JsonStringEnumMemberName("friday")]
    Friday,

    /// <summary>Saturday.</summary>
    [JsonStringEnumMemberName("saturday")]
    Saturday,

    /// <summary>Sunday.</summary>
    [JsonStringEnumMemberName("sunday")]
    Sunday,
}
