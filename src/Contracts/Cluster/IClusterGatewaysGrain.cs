using System.Collections.Immutable;
using System.Net;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Cluster;

/// <summary>
/// Tells clients which gateways the cluster has, so that they need to know only a few to begin with; its key is
/// <see cref="Key"/>. It runs on the silo that the client is connected to, and says what that silo knows.
/// </summary>
[Alias("genops.IClusterGatewaysGrain"), Version(1)]
public interface IClusterGatewaysGrain : IGrainWithStringKey
{
    /// <summary>The grain key.</summary>
    static string Key(TenantId tenant) => $"w/{tenant}";

    /// <summary>
    /// The addresses of the gateways of all active silos, as silos know each other: one that starts, stops or was declared
    /// dead is not among them. Nothing else about the cluster is told.
    /// </summary>
    [Alias("List"), External(Permission.GatewayRead)]
    Task<ImmutableArray<IPEndPoint>> ListAsync();
}
