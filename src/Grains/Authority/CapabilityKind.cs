using System.Collections.Immutable;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>A list of <see cref="Capabilities"/>: what it is called, what a request asks of it, and what it is refused with.</summary>
/// <param name="Field">The list's name in a definition.</param>
/// <param name="Noun">One item of it, for people.</param>
/// <param name="Code">The code of a refusal.</param>
/// <param name="Patterns">The list; null if it is absent.</param>
/// <param name="Asked">What a request asks for, one only; null if nothing, or if it may be several.</param>
internal sealed record CapabilityKind(
    string Field, string Noun, string Code, Func<Capabilities, ImmutableArray<string>?> Patterns, Func<WorkloadRequest, string?> Asked)
{
    /// <summary>Classes of data: every one that a request names.</summary>
    public static readonly CapabilityKind Data =
        new("data", "data class", ReasonCodes.DataDenied, list => list.Data, _ => null);

    /// <summary>All, in the order in which they are looked at.</summary>
    public static readonly ImmutableArray<CapabilityKind> All =
    [
        new("operations", "operation", ReasonCodes.CapabilityDenied, list => list.Operations, request => request.Operation.Type),
        new("tools", "tool", ReasonCodes.ToolDenied, list => list.Tools, request => request.Tool),
        new("providers", "provider", ReasonCodes.ProviderDenied, list => list.Providers, request => request.Provider),
        new("models", "model", ReasonCodes.PolicyDenyModel, list => list.Models, request => request.Model),
        new("regions", "region", ReasonCodes.PolicyDenyRegion, list => list.Regions, request => request.Region),
        Data,
    ];

    /// <summary>The first thing asked for that <paramref name="patterns"/> doesn't permit; null if it permits all.</summary>
    public string? Denied(WorkloadRequest request, ImmutableArray<string>? patterns)
    {
        if (patterns is null)
            return null;
        if (!ReferenceEquals(this, Data))
            return Asked(request) is { } asked && !CapabilityPatterns.Permit(patterns, asked) ? asked : null;

        foreach (var classification in request.DataClassifications is { IsDefault: false } classes ? classes : [])
        {
            if (!CapabilityPatterns.Permit(patterns, classification))
                return classification;
        }

        return null;
    }
}
