using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Authority;

/// <summary>What becomes of work that no delegation permits.</summary>
[GenerateSerializer, Alias("genops.AuthorityMode")]
[JsonConverter(typeof(JsonStringEnumConverter<AuthorityMode>))]
public enum AuthorityMode
{
    /// <summary>It is refused.</summary>
    [JsonStringEnumMemberName("required")]
    Required,

    /// <summary>It is answered WARNING with the code that it would have been refused with: how one rolls out.</summary>
    [JsonStringEnumMemberName("observe")]
    Observe,
}
