using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Spend that happened without a reservation. It is always recorded in full.</summary>
/// <param name="Agent">The agent that acted.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Attribution">Whom it was for.</param>
/// <param name="Why">Why nothing was reserved.</param>
/// <param name="Id">The workload's id and idempotency key.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model.</param>
/// <param name="Usage">Consumption in tokens.</param>
/// <param name="Actual">Consumption stated outright; goes before <paramref name="Usage"/>.</param>
/// <param name="OccurredAt">When it happened; now if absent.</param>
/// <param name="Region">The provider's region.</param>
/// <param name="Tool">The tool called.</param>
/// <param name="DataClassifications">Classes of the data touched, at most 32.</param>
/// <param name="Parameters">The action's parameters, at most 64.</param>
/// <param name="Sla">The service level.</param>
/// <param name="Traceparent">The W3C trace context of the caller's span.</param>
[GenerateSerializer, Immutable, Alias("genops.UsageReport")]
public sealed record UsageReport(
    AgentId Agent,
    Operation Operation,
    Attribution Attribution,
    UsageReason Why,
    WorkloadId? Id = null,
    string? Provider = null,
    string? Model = null,
    TokenUsage? Usage = null,
    ImmutableArray<Amount>? Actual = null,
    DateTimeOffset? OccurredAt = null,
    string? Region = null,
    string? Tool = null,
    ImmutableArray<string>? DataClassifications = null,
    ImmutableSortedDictionary<string, ParameterValue>? Parameters = null,
    ServiceLevel? Sla = null,
    string? Traceparent = null)
{
    /// <summary>The workload that would have been asked for.</summary>
    public WorkloadRequest AsRequest() => new(
        Agent, Operation, Attribution, Id, Provider, Model, Region, Tool, DataClassifications, Parameters, Sla: Sla, Traceparent: Traceparent);
}
