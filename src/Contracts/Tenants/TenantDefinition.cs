using GenOps.ControlPlane.Authority;

namespace GenOps.ControlPlane.Tenants;

/// <summary>A tenant as an operator writes it.</summary>
/// <param name="DisplayName">For people; up to 256 bytes.</param>
/// <param name="Authority">What becomes of work that no delegation permits; it is refused if absent.</param>
[GenerateSerializer, Immutable, Alias("genops.TenantDefinition")]
public sealed record TenantDefinition(string? DisplayName = null, AuthorityMode? Authority = null);
