using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>A workload to be authorized, without what the client fills in: id, default agent, default attribution.</summary>
/// <param name="Operation">What it does.</param>
public sealed record WorkloadDraft(Operation Operation)
{
    /// <summary>The agent that acts; <see cref="GenOpsClientOptions.Agent"/> if absent.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>Whom it is for; <see cref="GenOpsClientOptions.DefaultAttribution"/> if absent.</summary>
    public Attribution? Attribution { get; init; }

    /// <summary>The customer served, instead of the attribution's.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The product's feature, instead of the attribution's.</summary>
    public string? Feature { get; init; }

    /// <summary>The user's session, instead of the attribution's.</summary>
    public string? SessionId { get; init; }

    /// <summary>The cost centre that pays, instead of the attribution's.</summary>
    public string? CostCenter { get; init; }

    /// <summary>The provider's name in the price book, such as openai.</summary>
    public string? Provider { get; init; }

    /// <summary>The model asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The provider's region.</summary>
    public string? Region { get; init; }

    /// <summary>The tool called.</summary>
    public string? Tool { get; init; }

    /// <summary>Classes of the data touched, at most 32.</summary>
    public ImmutableArray<string>? DataClassifications { get; init; }

    /// <summary>The action's parameters that conditions may speak of, at most 64.</summary>
    public ImmutableSortedDictionary<string, ParameterValue>? Parameters { get; init; }

    /// <summary>What it may consume at most.</summary>
    public Estimate? Estimate { get; init; }

    /// <summary>How long the reservation is held without a sign of life; <see cref="GenOpsClientOptions.Ttl"/> if absent. Seconds, 1 to 86,400.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>The service level.</summary>
    public ServiceLevel? Sla { get; init; }

    /// <summary>The approval that this action uses.</summary>
    public string? Approval { get; init; }

    /// <summary>Decide at this epoch or a later one.</summary>
    public Epoch? MinEpoch { get; init; }

    /// <summary>A call of a language model.</summary>
    /// <param name="name">What it is for, for people.</param>
    /// <param name="provider">The provider's name in the price book.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputTokens">Tokens that go in, cached ones included.</param>
    /// <param name="maxOutputTokens">The most tokens that may come out: the limit that the model call is made with.</param>
    public static WorkloadDraft ForInference(string name, string provider, string model, long inputTokens, long maxOutputTokens) =>
        new(new Operation(name, "inference"))
        {
            Provider = provider,
            Model = model,
            Estimate = Estimate.OfTokens(inputTokens, maxOutputTokens),
        };

    /// <summary>A call of an embedding model.</summary>
    /// <param name="name">What it is for, for people.</param>
    /// <param name="provider">The provider's name in the price book.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputTokens">Tokens that go in.</param>
    public static WorkloadDraft ForEmbedding(string name, string provider, string model, long inputTokens) =>
        new(new Operation(name, "embedding"))
        {
            Provider = provider,
            Model = model,
            Estimate = Estimate.OfTokens(inputTokens, 0),
        };

    /// <summary>A call of a tool.</summary>
    /// <param name="name">What it is for, for people.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="estimate">What it may cost at most, one amount of each unit; none if it costs nothing.</param>
    public static WorkloadDraft ForTool(string name, string tool, params ReadOnlySpan<Amount> estimate) =>
        new(new Operation(name, "tool"))
        {
            Tool = tool,
            Estimate = estimate.IsEmpty ? null : Estimate.Of(estimate),
        };
}
