namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>What a node says of its ledger.</summary>
/// <param name="Streams">How many streams it verified.</param>
/// <param name="Entries">How many entries.</param>
/// <param name="Verified">Whether every entry builds on the one before.</param>
/// <param name="FirstBroken">The first that does not; null if all do.</param>
internal sealed record EvidenceVerification(long Streams, long Entries, bool Verified, EvidenceBreak? FirstBroken);
