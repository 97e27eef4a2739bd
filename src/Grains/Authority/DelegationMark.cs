using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>What the index knows of a delegation.</summary>
/// <param name="Id">Its name.</param>
/// <param name="From">Who granted.</param>
/// <param name="To">Who was granted it.</param>
/// <param name="Parent">The delegation that it passes on; null if a person granted it.</param>
/// <param name="State">Where it stands by itself.</param>
/// <param name="ExpiresAt">When it ends; null for never by itself.</param>
public sealed record DelegationMark(
    DelegationId Id, Principal From, AgentId To, DelegationId? Parent, DelegationState State, DateTimeOffset? ExpiresAt);
