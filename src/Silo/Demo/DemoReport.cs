using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Silo.Demo.Proofs;
using GenOps.ControlPlane.Silo.Demo.Replays;

namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>What the demo found; <c>--json</c> prints exactly this.</summary>
/// <param name="Calls">Calls decided.</param>
/// <param name="Results">How many had each result.</param>
/// <param name="Reasons">How many had each reason code.</param>
/// <param name="Budgets">Each limit of each scope, and each scope without one.</param>
/// <param name="Overspend">The largest admission beyond a limit found by replaying the ledger.</param>
/// <param name="Suspension">How the suspension in the middle went.</param>
/// <param name="Revocation">How the revocation in the middle went.</param>
/// <param name="InFlight">What became of a call that ran when its authority was taken away.</param>
/// <param name="Approval">How an action went that a person had to approve.</param>
/// <param name="Evidence">What the ledger's verification found.</param>
/// <param name="Recomputed">Whether every total follows from the ledger, and again from the trace and the price book.</param>
/// <param name="PairsPerSecond">Calls decided and reported, by second.</param>
/// <param name="AuthorizeMs">How long decisions took, in milliseconds.</param>
/// <param name="ReconcileMs">How long reports took, in milliseconds.</param>
/// <param name="ElapsedSeconds">How long the replay took.</param>
/// <param name="Failed">The invariants that did not hold, with what was found.</param>
internal sealed record DemoReport(
    int Calls,
    ImmutableSortedDictionary<string, int> Results,
    ImmutableSortedDictionary<string, int> Reasons,
    ImmutableArray<BudgetLine> Budgets,
    Quantity Overspend,
    SuspensionReport Suspension,
    RevocationReport Revocation,
    InFlightReport InFlight,
    ApprovalReport Approval,
    EvidenceReport Evidence,
    bool Recomputed,
    double PairsPerSecond,
    Latencies AuthorizeMs,
    Latencies ReconcileMs,
    double ElapsedSeconds,
    ImmutableArray<string> Failed)
{
    /// <summary>Every invariant, for the screen.</summary>
    [JsonIgnore]
    public ImmutableArray<Invariant> Invariants { get; init; } = [];

    /// <summary>What the revocation cut off, for the screen.</summary>
    [JsonIgnore]
    public ImmutableArray<CutOffLine> CutOff { get; init; } = [];

    /// <summary>Whether every invariant held.</summary>
    [JsonIgnore]
    public bool Held => Failed.IsEmpty;
}
