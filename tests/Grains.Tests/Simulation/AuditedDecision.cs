using System.Collections.Immutable;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>What the ledger says was decided about a workload.</summary>
/// <param name="Kind">The kind of the entry that decides.</param>
/// <param name="Text">The decision's canonical text; empty for a tombstone and for spend without a reservation.</param>
/// <param name="Admits">Whether it is allowed.</param>
/// <param name="Held">What each budget holds for it.</param>
internal sealed record AuditedDecision(string Kind, string Text, bool Admits, ImmutableArray<(string Budget, decimal Amount)> Held)
{
    /// <summary>Whether the admission was taken back.</summary>
    public bool IsWithdrawn { get; init; }
}
