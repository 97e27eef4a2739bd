using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Whom a call from outside is for, read from the key of the grain it targets.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Agent">The agent; null for what belongs to the tenant as a whole.</param>
internal readonly record struct GatewayTarget(TenantId Tenant, AgentId? Agent)
{
    /// <summary>Reads a key made by <see cref="IAgentGrain.Key"/>; null if it is none.</summary>
    public static GatewayTarget? OfAgent(IdSpan key) =>
        Parts(key) is ["a", var tenantName, var agentName]
        && TenantId.TryParse(tenantName, null, out var tenant) && AgentId.TryParse(agentName, null, out var agent)
            ? new GatewayTarget(tenant, agent)
            : null;

    /// <summary>Reads a key made by <see cref="IAuthorityFeedGrain.Key"/>; null if it is none.</summary>
    public static GatewayTarget? OfTenant(IdSpan key) =>
        Parts(key) is ["w", var name] && TenantId.TryParse(name, null, out var tenant) ? new GatewayTarget(tenant, null) : null;

    private static string[] Parts(IdSpan key) => key.ToString() is { } text ? text.Split('/') : [];
}
