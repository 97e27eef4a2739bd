using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The control plane gave no answer in time. Of an authorization: there is no decision, so the action must not run, and
/// its id is being released. Of anything else: nothing is lost, and the same call may be made again.
/// </summary>
public sealed class GovernanceUnavailableException : GenOpsException
{
    internal GovernanceUnavailableException(
        CallSubject subject, string call, int attempts, TimeSpan elapsed, string advice, Exception? last)
        : base(
            503,
            "unavailable",
            $"{call} of {subject} got no answer in {attempts} attempt(s) within {elapsed.TotalSeconds:0.###} s; {advice}"
            + (last is null ? "" : $" (last: {last.Message})"),
            last)
    {
        Workload = subject.Workload;
        Attempts = attempts;
        Elapsed = elapsed;
    }

    /// <summary>The workload that was asked about; null if it was a delegation or an approval, which the message names.</summary>
    public WorkloadId? Workload { get; }

    /// <summary>How often it was tried; 1 or more.</summary>
    public int Attempts { get; }

    /// <summary>How long it was tried.</summary>
    public TimeSpan Elapsed { get; }
}
