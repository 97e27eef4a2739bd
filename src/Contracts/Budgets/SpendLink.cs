using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A delegation's limit of spend, as the agent's chain has it. The tree of the chain counts and enforces it.</summary>
/// <param name="Delegation">The delegation.</param>
/// <param name="Limit">How much in each window, in the tree's unit.</param>
/// <param name="Period">The window, in UTC.</param>
/// <param name="Version">Which definition of the delegation says so: a newer one stands, whichever arrives first.</param>
[GenerateSerializer, Immutable, Alias("genops.SpendLink")]
public sealed record SpendLink(DelegationId Delegation, Quantity Limit, BudgetPeriod Period, int Version);
