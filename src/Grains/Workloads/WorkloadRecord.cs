using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Workloads;

/// <summary>What the ledger knows about one workload.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Agent">Its agent; null for an id that was given up before it was asked for.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Decision">The decision; null for spend without a reservation.</param>
/// <param name="Budgets">How each budget stands to it.</param>
/// <param name="Entries">Every entry about it.</param>
public sealed record WorkloadRecord(
    WorkloadId Id,
    AgentId? Agent,
    WorkloadState State,
    Decision? Decision,
    ImmutableArray<Settlement> Budgets,
    ImmutableArray<LedgerEntry> Entries);
