namespace GenOps.ControlPlane.Authority;

/// <summary>What the ledger said of an agent. It is good for as long as the watch holds its label to be current, whoever keeps it.</summary>
/// <param name="Authority">Whether the agent may act and what it was granted.</param>
/// <param name="Seq">The last entry that was read; 0 if none.</param>
/// <param name="Label">Taken before the reading: whatever was not read shows as a later change.</param>
public sealed record AuthorityReading(AgentAuthority Authority, long Seq, AuthorityLabel Label);
