using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What a budget holds for running work on one delegation.</summary>
/// <param name="Delegation">The last delegation of the workloads' chains; null for work without one.</param>
/// <param name="Agent">The agent that runs them.</param>
/// <param name="Count">How many workloads this budget decided; those that another one decides are counted there.</param>
/// <param name="Amount">How much is held for them, also for those that another one decides.</param>
[GenerateSerializer, Immutable, Alias("genops.DelegationHold")]
public sealed record DelegationHold(DelegationId? Delegation, AgentId Agent, int Count, Quantity Amount);
