using GenOps.ControlPlane.Access;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>What a call from outside to one method must satisfy.</summary>
/// <param name="Permission">What the caller's role must allow.</param>
/// <param name="Interface">The interface that the message's header must name.</param>
/// <param name="IsOfTenant">Whether the grain belongs to a tenant and not to an agent.</param>
/// <param name="TakesPlace">Whether a call takes one of the silo's places for decisions.</param>
internal sealed record GatewayRule(Permission Permission, GrainInterfaceType Interface, bool IsOfTenant, bool TakesPlace);
