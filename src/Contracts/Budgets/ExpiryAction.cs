using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What becomes of a hold whose end nobody reported.</summary>
[GenerateSerializer, Alias("genops.ExpiryAction")]
[JsonConverter(typeof(JsonStringEnumConverter<ExpiryAction>))]
public enum ExpiryAction
{
    /// <summary>It becomes unresolved and stays counted: the money may have been spent.</summary>
    [JsonStringEnumMemberName("keep")]
    Keep,

    /// <summary>It is given back. A late figure is still recorded in full.</summary>
    [JsonStringEnumMemberName("release")]
    Release,
}
