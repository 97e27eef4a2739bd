using System.Collections.Immutable;

namespace GenOps.ControlPlane.Agents;

/// <summary>An agent as an operator writes it.</summary>
/// <param name="Budgets">What it draws from, at most 8 and each budget once; none means the built-in <c>requests</c>.</param>
/// <param name="Limits">How much it may do at once and in a minute; as much as its delegations permit if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.AgentDefinition")]
public sealed record AgentDefinition(ImmutableArray<BudgetBinding>? Budgets = null, AgentLimits? Limits = null)
{
    /// <summary>The most budgets in one decision.</summary>
    public const int BudgetsMax = 8;
}
