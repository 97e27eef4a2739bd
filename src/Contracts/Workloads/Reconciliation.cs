using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// What an action really consumed. Without usage and without amounts nothing is known, which is not zero: the
/// reservation becomes unresolved and stays counted.
/// </summary>
/// <param name="Usage">Consumption in tokens, priced as of the reservation.</param>
/// <param name="Outcome">How the action ended.</param>
/// <param name="LatencyMs">How long it took, in milliseconds.</param>
/// <param name="ResponseModel">The model that the provider says answered.</param>
/// <param name="Actual">Consumption stated outright, at most one amount of each unit; goes before <paramref name="Usage"/>.</param>
[GenerateSerializer, Immutable, Alias("genops.Reconciliation")]
public sealed record Reconciliation(
    TokenUsage? Usage = null,
    Outcome Outcome = Outcome.Succeeded,
    long? LatencyMs = null,
    string? ResponseModel = null,
    ImmutableArray<Amount>? Actual = null);
