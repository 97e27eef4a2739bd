using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>One value that spend is summed by.</summary>
/// <param name="Value">The agent, model, provider, customer or feature; null if the workload names none.</param>
/// <param name="Provider">The model's provider; null for everything but a model.</param>
internal sealed record SpendKey(string? Value, string? Provider)
{
    /// <summary>Where nothing is told apart.</summary>
    public static SpendKey None { get; } = new(null, null);

    /// <summary>Of a workload.</summary>
    public static SpendKey Of(SpendDimension by, AgentId? agent, SpendAttributes attributes) => by switch
    {
        SpendDimension.Agent => new(agent?.Value, null),
        SpendDimension.Model => new(attributes.Model, attributes.Provider),
        SpendDimension.Provider => new(attributes.Provider, null),
        SpendDimension.CustomerId => new(attributes.CustomerId, null),
        SpendDimension.Feature => new(attributes.Feature, null),
        _ => throw new ArgumentOutOfRangeException(nameof(by), by, "is nothing that spend is summed by"),
    };
}
