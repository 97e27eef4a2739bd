using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;

namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>A company to be governed.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="Definition">The tenant itself.</param>
/// <param name="Budgets">Its budgets, by name.</param>
/// <param name="Agents">Its agents, by name.</param>
/// <param name="Delegations">Who passes what on to whom.</param>
internal sealed record Organisation(
    TenantId Tenant,
    TenantDefinition Definition,
    ImmutableSortedDictionary<BudgetRoot, BudgetDefinition> Budgets,
    ImmutableDictionary<AgentId, AgentDefinition> Agents,
    GrantForest Delegations);
