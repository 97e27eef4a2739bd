using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Ids;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Whom a call from outside is for, read from the key of the grain it targets.</summary>
internal readonly record struct GatewayTarget(TenantId Tenant, AgentId Agent)
{
    /// <summary>Reads a key made by <see cref="IAgentGrain.Key"/>; no other shape belongs to an agent.</summary>
    public static bool TryRead(IdSpan key, out GatewayTarget target)
    {
        target = default;
        var parts = key.ToString() is { } text ? text.Split('/') : [];
        if (parts is not ["a", var tenantName, var agentName]
            || !TenantId.TryParse(tenantName, null, out var tenant)
            || !AgentId.TryParse(agentName, null, out var agent))
            return false;

        target = new GatewayTarget(tenant, agent);
        return true;
    }
}
