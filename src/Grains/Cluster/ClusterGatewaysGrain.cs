using System.Collections.Immutable;
using System.Net;
using Orleans.Concurrency;

namespace GenOps.ControlPlane.Cluster;

/// <inheritdoc cref="IClusterGatewaysGrain"/>
[StatelessWorker(1), Reentrant]
public sealed class ClusterGatewaysGrain(IGrainContext context, ClusterGateways gateways) : Grain(context), IClusterGatewaysGrain
{
    /// <inheritdoc/>
    public Task<ImmutableArray<IPEndPoint>> ListAsync() => gateways.ListAsync();
}
