using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Who gave a hold back.</summary>
[GenerateSerializer, Alias("genops.ReleaseCause")]
[JsonConverter(typeof(JsonStringEnumConverter<ReleaseCause>))]
public enum ReleaseCause
{
    /// <summary>The client: the action never ran.</summary>
    [JsonStringEnumMemberName("requested")]
    Requested,

    /// <summary>Time, in a budget that was told to.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>The decision: another budget, or authority, refused.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>An operator: nobody will ever report what an unresolved workload consumed.</summary>
    [JsonStringEnumMemberName("written_off")]
    WrittenOff,

    /// <summary>A person: the approval that it was held for was denied.</summary>
    [JsonStringEnumMemberName("denied")]
    Denied,
}
