using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>What became of one append.</summary>
/// <param name="Kind">Accepted or why not.</param>
/// <param name="Stream">The stream at fault, if it was not accepted.</param>
/// <param name="Workload">The workload that is recorded already, if that is why.</param>
public readonly record struct AppendOutcome(AppendOutcomeKind Kind, StreamId? Stream = null, WorkloadId? Workload = null)
{
    /// <summary>It is durable.</summary>
    public static AppendOutcome Accepted => default;
}
