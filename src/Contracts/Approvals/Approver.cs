using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Approvals;

/// <summary>Who approves or denies.</summary>
/// <param name="Principal">The person.</param>
/// <param name="Groups">The groups that the person is in.</param>
[GenerateSerializer, Immutable, Alias("genops.Approver")]
public sealed record Approver(Principal Principal, ImmutableArray<string> Groups);
