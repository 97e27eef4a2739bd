namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>What the ledger's verification found.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Verified">Whether they hold together.</param>
internal sealed record EvidenceReport(long Entries, bool Verified);
