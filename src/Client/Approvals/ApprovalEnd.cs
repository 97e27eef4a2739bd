using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>Why an approval does not let the action run.</summary>
/// <param name="ReasonCode">One of <see cref="ReasonCodes"/>.</param>
/// <param name="Reason">The same for people.</param>
internal readonly record struct ApprovalEnd(string ReasonCode, string Reason)
{
    /// <summary>Why <paramref name="view"/> does not let <paramref name="workload"/> run; null if it may be asked for.</summary>
    public static ApprovalEnd? Of(ApprovalView view, WorkloadId? workload) => view.State switch
    {
        ApprovalState.Denied => new(
            ReasonCodes.ApprovalDenied,
            $"approval {view.Id} was denied by {view.DecidedBy} at {At(view.DecidedAt)}: {view.Reason ?? "no reason was given"}"),
        ApprovalState.Expired => new(
            ReasonCodes.ApprovalExpired,
            $"approval {view.Id} expired at {At(view.Asked.ExpiresAt)} "
            + (view.DecidedBy is { } by ? $"unused: {by} had approved at {At(view.DecidedAt)}" : "undecided")
            + "; ask for the action again, and a new approval is asked for"),
        ApprovalState.Used when workload is null || view.UsedBy != workload => new(
            ReasonCodes.ApprovalUsed, $"approval {view.Id} was used by workload {view.UsedBy}: it lets the action run once"),
        _ => null,
    };

    private static string At(DateTimeOffset? instant) => instant is { } known ? InstantJsonConverter.Text(known) : "an unknown time";
}
