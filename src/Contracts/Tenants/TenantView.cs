using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Tenants;

/// <summary>A tenant as it stands.</summary>
/// <param name="Tenant">Its name.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="State">Whether its agents may act.</param>
/// <param name="Reason">Why it is suspended; null if it is not.</param>
/// <param name="Authority">What becomes of work that no delegation permits.</param>
[GenerateSerializer, Immutable, Alias("genops.TenantView")]
public sealed record TenantView(TenantId Tenant, string? DisplayName, TenantState State, string? Reason, AuthorityMode Authority);
