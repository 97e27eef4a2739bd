using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A question after revoked workloads, and its answer.</summary>
/// <param name="Asked">The workloads, all of them allowed at some time.</param>
/// <param name="Revoked">Those that were named.</param>
/// <param name="Key">With which key it was asked.</param>
/// <param name="StartedAt">When the call began.</param>
/// <param name="EndedAt">When it was answered.</param>
internal sealed record RecordedListing(
    ImmutableArray<RecordedAllowance> Asked, ImmutableArray<WorkloadId> Revoked, RecordedKey? Key, long StartedAt, long EndedAt);
