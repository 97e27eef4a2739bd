using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A call that was told that the action may run.</summary>
/// <param name="Call">What was called.</param>
/// <param name="Agent">By whom.</param>
/// <param name="Request">For what.</param>
/// <param name="Key">With which key; null for none.</param>
/// <param name="Id">The workload.</param>
/// <param name="Chain">On what it stands, as the answer named it.</param>
/// <param name="StartedAt">When the call began.</param>
/// <param name="EndedAt">When it was answered.</param>
internal sealed record RecordedAllowance(
    string Call, string Agent, WorkloadRequest Request, RecordedKey? Key, WorkloadId Id, ImmutableArray<DelegationId>? Chain, long StartedAt, long EndedAt)
{
    public const string Authorize = "authorize";
    public const string DryRun = "dry run";
    public const string Extend = "extend";
}
