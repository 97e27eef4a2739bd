using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Client;

/// <summary>What a call to the control plane is about, for its messages.</summary>
internal readonly record struct CallSubject
{
    private readonly DelegationId? _delegation;
    private readonly ApprovalId? _approval;

    public CallSubject(WorkloadId workload) => Workload = workload;

    public CallSubject(DelegationId delegation) => _delegation = delegation;

    public CallSubject(ApprovalId approval) => _approval = approval;

    /// <summary>The workload; null if it is about something else.</summary>
    public WorkloadId? Workload { get; }

    public override string ToString() =>
        Workload is { } workload ? $"workload {workload}"
        : _delegation is { } delegation ? $"delegation {delegation}"
        : $"approval {_approval}";
}
