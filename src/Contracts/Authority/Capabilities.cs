using System.Collections.Immutable;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// What may be done. Each list holds exact names, or prefixes that end in <c>*</c>; at most 64 items. A list that is
/// absent narrows nothing: what the delegation above permits, everything for one that a person makes. An empty list permits nothing.
/// </summary>
/// <param name="Operations">Operation types, such as <c>inference</c>.</param>
/// <param name="Tools">Tools; looked at only when a request names one.</param>
/// <param name="Providers">Providers; looked at only when a request names one.</param>
/// <param name="Models">Models; looked at only when a request names one.</param>
/// <param name="Regions">Regions; looked at only when a request names one.</param>
/// <param name="Data">Data classifications: every one that a request names must be permitted.</param>
[GenerateSerializer, Immutable, Alias("genops.Capabilities")]
public sealed record Capabilities(
    ImmutableArray<string>? Operations = null,
    ImmutableArray<string>? Tools = null,
    ImmutableArray<string>? Providers = null,
    ImmutableArray<string>? Models = null,
    ImmutableArray<string>? Regions = null,
    ImmutableArray<string>? Data = null)
{
    /// <summary>The most items of a list.</summary>
    public const int ItemsMax = 64;
}
