using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What the model knows of one workload, or of what is held for one approval.</summary>
internal sealed class SpendTreeItem
{
    public required WorkloadId Id { get; init; }

    public required bool IsApproval { get; init; }

    /// <summary>The delegations that it counts in.</summary>
    public required int[] Links { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>In quarters of the unit.</summary>
    public required int Held { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public bool IsDecidedElsewhere { get; init; }

    public string Agent { get; init; } = "";

    /// <summary>Open, unresolved, reconciled or released; an approval that a workload took the place of is refused.</summary>
    public WorkloadState State { get; set; } = WorkloadState.Open;

    public int Actual { get; set; }

    /// <summary>For a workload: the approval whose place it took. For that one it is not known yet what becomes of it.</summary>
    public SpendTreeItem? Taken { get; set; }

    /// <summary>All that counts for it now.</summary>
    public int Counted => State switch
    {
        WorkloadState.Open or WorkloadState.Unresolved => Held,
        WorkloadState.Reconciled => Actual,
        _ => 0,
    };
}
