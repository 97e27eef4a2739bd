using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>Asks the cluster which gateways it has. What it said last holds until it says something else.</summary>
internal sealed class GatewayDiscovery(GenOpsClientOptions options, GatewayList gateways, TimeProvider time, ILogger logger)
{
    private readonly string _key = IClusterGatewaysGrain.Key(TenantId.Parse(options.Tenant));
    private bool _isFailing;

    /// <summary>Asks once. Fails only if cancelled.</summary>
    public async Task AskAsync(IGrainFactory grains, CancellationToken cancellationToken)
    {
        try
        {
            gateways.Discovered(await Answer.WithinAsync(
                grains.Find<IClusterGatewaysGrain>(_key).ListAsync(), options.AttemptTimeout, time, cancellationToken).ConfigureAwait(false));
            _isFailing = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Also a control plane that is older than the question: the configured gateways do.
            if (!_isFailing)
                ClientLog.GatewaysUnknown(logger, exception);
            _isFailing = true;
        }
    }
}
