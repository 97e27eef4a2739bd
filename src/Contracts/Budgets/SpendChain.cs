using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The limits of spend along a chain of delegations: what the tree of its topmost one counts.</summary>
/// <param name="Unit">The unit of all of them.</param>
/// <param name="Links">The delegations that limit spend, the topmost first; at least that one.</param>
[GenerateSerializer, Immutable, Alias("genops.SpendChain")]
public sealed record SpendChain(Unit Unit, ImmutableArray<SpendLink> Links);
