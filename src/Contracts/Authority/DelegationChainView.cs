using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>A delegation with all above it, up to the person.</summary>
/// <param name="Id">The delegation asked about.</param>
/// <param name="IsInForce">Whether every link is, so that it permits what all of them permit.</param>
/// <param name="ReasonCode">What a request on it would be refused with; null if it is in force.</param>
/// <param name="Reason">Which link stops it and why; null if it is in force.</param>
/// <param name="Links">The links, the person's first.</param>
/// <param name="Effective">What the chain permits: the intersection of its links.</param>
[GenerateSerializer, Immutable, Alias("genops.DelegationChainView")]
public sealed record DelegationChainView(
    DelegationId Id, bool IsInForce, string? ReasonCode, string? Reason, ImmutableArray<DelegationLinkView> Links, EffectiveAuthority Effective);
