using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

/// <summary>What authority permits, before the budgets are asked.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Request">What is asked for.</param>
/// <param name="Hash">Its content hash.</param>
/// <param name="Caller">Whose key asks; null if the control plane itself does.</param>
/// <param name="Chain">The chain that permits it; null in a tenant that only observes, if none does.</param>
/// <param name="Bindings">What the agent draws from.</param>
/// <param name="Draws">What it draws from, in name order; the last one decides.</param>
/// <param name="CheckedAt">The epoch that authority was checked at.</param>
/// <param name="Warning">What it would have been refused with in a tenant that only observes.</param>
/// <param name="DryRun">Whether nothing is to be held or written.</param>
/// <param name="Approval">The approval that it is allowed on; null if it needs none.</param>
internal sealed record DecisionPlan(
    WorkloadId Id,
    WorkloadRequest Request,
    ContentHash Hash,
    CallerContext? Caller,
    AdmittedChain? Chain,
    ImmutableArray<BudgetBinding> Bindings,
    ImmutableArray<BudgetDraw> Draws,
    Epoch CheckedAt,
    DecisionWarning? Warning,
    bool DryRun,
    ApprovalUse? Approval = null);
