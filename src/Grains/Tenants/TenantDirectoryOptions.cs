namespace GenOps.ControlPlane.Tenants;

/// <summary>Bounds of what a silo remembers of tenants.</summary>
public sealed class TenantDirectoryOptions
{
    /// <summary>The most tenants remembered; beyond it the memory starts anew.</summary>
    /// <value>10,000 by default, 1 or more.</value>
    public int TenantsMax { get; set; } = 10_000;
}
