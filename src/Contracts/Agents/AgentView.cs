using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

/// <summary>An agent as it stands.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="State">Whether it may act.</param>
/// <param name="Reason">Why it is suspended; null if it is not.</param>
/// <param name="Budgets">What it draws from.</param>
/// <param name="Limits">How much it may do at once and in a minute; null for no limit of its own.</param>
[GenerateSerializer, Immutable, Alias("genops.AgentView")]
public sealed record AgentView(AgentId Agent, AgentState State, string? Reason, ImmutableArray<BudgetBinding> Budgets, AgentLimits? Limits);
