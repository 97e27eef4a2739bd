using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Proofs;

/// <summary>What the ledger says was decided about one workload.</summary>
/// <param name="Result">The result that counts.</param>
/// <param name="ReasonCode">Its reason.</param>
/// <param name="Times">How often it was decided; must be 1.</param>
internal sealed record RecordedDecision(DecisionResult Result, string? ReasonCode, int Times);
