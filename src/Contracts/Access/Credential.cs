using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Access;

/// <summary>An authenticated caller.</summary>
/// <param name="Tenant">The tenant it is good for, or all.</param>
/// <param name="KeyId">The key used.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Principal">Who it is.</param>
/// <param name="Groups">The groups that the principal is in.</param>
/// <param name="Agent">The only agent that it may act for; null if any.</param>
public sealed record Credential(
    TenantId Tenant, string KeyId, Role Role, Principal Principal, ImmutableArray<string> Groups, AgentId? Agent)
{
    /// <summary>Why this caller may not do that; null if it may.</summary>
    /// <param name="permission">What it wants to do.</param>
    /// <param name="tenant">To whose things; null for what belongs to no tenant, which takes a credential for all.</param>
    /// <param name="agent">On behalf of which agent; null if of none.</param>
    public string? Refusal(Permission permission, TenantId? tenant, AgentId? agent = null)
    {
        if (!Tenant.IsAll && Tenant != tenant)
            return tenant is null ? "this needs a credential for all tenants" : "this credential is for another tenant";
        if (!AccessTable.Allows(Role, permission))
            return $"the role {Role.ToString().ToLowerInvariant()} does not permit {permission}";
        if (Agent is { } bound && agent is { } wanted && bound != wanted)
            return $"this credential is bound to the agent {bound}";
        return null;
    }
}
