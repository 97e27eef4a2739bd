using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>A workload as the ledger knows it.</summary>
/// <param name="Id">The workload.</param>
/// <param name="Agent">Its agent; null for an id that was given up before it was asked for.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Decision">The decision; null for spend without a reservation.</param>
/// <param name="Budgets">How each budget stands to it.</param>
/// <param name="Entries">Every entry about it; empty in a list.</param>
internal sealed record WorkloadItem(
    WorkloadId Id,
    AgentId? Agent,
    WorkloadState State,
    Decision? Decision,
    ImmutableArray<Settlement> Budgets,
    ImmutableArray<EvidenceItem> Entries)
{
    /// <summary>The view of <paramref name="record"/>.</summary>
    public static WorkloadItem Of(WorkloadRecord record) => new(
        record.Id, record.Agent, record.State, record.Decision, record.Settlements, [.. record.Entries.Select(EvidenceItem.Of)]);
}
