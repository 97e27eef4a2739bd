using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>The question: may this agent do this, and is there money for it?</summary>
/// <param name="Agent">The agent that acts.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Attribution">Whom it is for.</param>
/// <param name="Id">The workload's id and idempotency key; the server makes one if it is missing, and then a lost answer can't be asked for again.</param>
/// <param name="Provider">The provider's name in the price book, such as openai.</param>
/// <param name="Model">The model asked for.</param>
/// <param name="Region">The provider's region.</param>
/// <param name="Tool">The tool called.</param>
/// <param name="DataClassifications">Classes of the data touched, at most 32.</param>
/// <param name="Parameters">The action's parameters that conditions may speak of, at most 64.</param>
/// <param name="Estimate">What it may consume at most.</param>
/// <param name="TtlSeconds">How long the reservation is held without a sign of life, 1 to 86,400; 120 if absent.</param>
/// <param name="Sla">The service level.</param>
/// <param name="Approval">The approval that this action uses.</param>
/// <param name="MinEpoch">Decide at this epoch or a later one.</param>
/// <param name="Traceparent">The W3C trace context of the caller's span.</param>
[GenerateSerializer, Immutable, Alias("genops.WorkloadRequest")]
public sealed record WorkloadRequest(
    AgentId Agent,
    Operation Operation,
    Attribution Attribution,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WorkloadId? Id = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Provider = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Region = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tool = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<string>? DataClassifications = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, ParameterValue>? Parameters = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Estimate? Estimate = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? TtlSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ServiceLevel? Sla = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Approval = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Epoch? MinEpoch = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Traceparent = null)
{
    /// <summary>The reservation's life when the request does not name one, in seconds.</summary>
    public const int TtlSecondsDefault = 120;

    /// <summary>The longest life of a reservation, in seconds.</summary>
    public const int TtlSecondsMax = 86_400;
}
