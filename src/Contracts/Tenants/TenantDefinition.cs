namespace GenOps.ControlPlane.Tenants;

/// <summary>A tenant as an operator writes it.</summary>
/// <param name="DisplayName">For people; up to 256 bytes.</param>
[GenerateSerializer, Immutable, Alias("genops.TenantDefinition")]
public sealed record TenantDefinition(string? DisplayName = null);
