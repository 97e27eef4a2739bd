using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// An approval's hold that a workload has taken the place of: what would hold again if nobody is ever told of that workload.
/// </summary>
/// <param name="Approval">The approval.</param>
/// <param name="Scope">The scope charged.</param>
/// <param name="HeldAt">When it was held: decides the windows.</param>
/// <param name="Amount">What was held.</param>
/// <param name="ExpiresAt">When the approval ends.</param>
/// <param name="OnDemand">The scopes on demand charged with it; null for none.</param>
public sealed record TakenHold(
    ApprovalId Approval, ScopePath Scope, DateTimeOffset HeldAt, Quantity Amount, DateTimeOffset ExpiresAt, ImmutableArray<ScopePath>? OnDemand = null);
