using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>Which delegations are asked for, a page at a time and by name; null means any.</summary>
/// <param name="To">Granted to this agent.</param>
/// <param name="From">Granted by this one.</param>
/// <param name="Of">Granted to or by this agent.</param>
/// <param name="Parent">Made from this delegation.</param>
/// <param name="After">The name that the page starts behind.</param>
/// <param name="CountMax">The most items, 1 or more.</param>
public sealed record DelegationQuery(
    AgentId? To = null, Principal? From = null, AgentId? Of = null, DelegationId? Parent = null, DelegationId? After = null, int CountMax = 100);
