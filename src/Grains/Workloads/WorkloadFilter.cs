using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Which workloads a reader wants.</summary>
/// <param name="State">Open or unresolved.</param>
/// <param name="Agent">Of this agent; null for any.</param>
/// <param name="Budget">With money in this budget; null for any.</param>
public sealed record WorkloadFilter(WorkloadState State, AgentId? Agent = null, BudgetRoot? Budget = null);
