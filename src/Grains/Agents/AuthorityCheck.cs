using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Agents;

/// <summary>What authority says to a request at one epoch.</summary>
/// <param name="CheckedAt">The epoch: everything that was looked at is good at it.</param>
/// <param name="Refusal">Why it must not run; null if it may.</param>
/// <param name="Observed">What it would have been refused with in a tenant that only observes; null for nothing.</param>
/// <param name="Permitting">The chains that permit it; empty if none does.</param>
/// <param name="Prices">The tenant's prices at that epoch.</param>
/// <param name="Bindings">What the agent draws from at that epoch.</param>
internal sealed record AuthorityCheck(
    Epoch CheckedAt, AuthorityFault? Refusal, AuthorityFault? Observed, ImmutableArray<AdmittedChain> Permitting, TenantPrices Prices,
    ImmutableArray<BudgetBinding> Bindings);
