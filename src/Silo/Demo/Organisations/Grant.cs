using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Demo.Organisations;

/// <summary>A delegation with its name.</summary>
/// <param name="Id">The name.</param>
/// <param name="Definition">Who passes what on to whom.</param>
internal sealed record Grant(DelegationId Id, DelegationDefinition Definition)
{
    /// <summary>The agent that is granted it.</summary>
    public AgentId Grantee => Definition.To.Agent!.Value;
}
