using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orleans.Messaging;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Client;

/// <summary>The configured gateways, resolved again at every refresh: addresses behind a name come and go.</summary>
internal sealed class GatewayList(GenOpsClientOptions options, ILogger logger) : IGatewayListProvider
{
    private readonly Dictionary<string, Uri[]> _known = [];
    private readonly SemaphoreSlim _turn = new(1, 1);

    public TimeSpan MaxStaleness => options.GatewayRefresh;

    public bool IsUpdatable => true;

    /// <summary>The gateways as configured, or the default one.</summary>
    public static IReadOnlyCollection<string> Names(GenOpsClientOptions options) =>
        options.Gateways.Count == 0 ? [GenOpsClientOptions.GatewayDefault] : [.. options.Gateways];

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            foreach (var name in Names(options))
            {
                try
                {
                    if (GatewayEndpoint.TryParse(name, out var endpoint))
                        _known[name] = [.. (await endpoint.ResolveAsync(CancellationToken.None).ConfigureAwait(false)).Select(found => found.ToGatewayUri())];
                }
                catch (SocketException exception)
                {
                    // The addresses that it had are the best guess until it resolves again.
                    ClientLog.GatewayUnresolved(logger, exception, name);
                }
            }

            return [.. _known.Values.SelectMany(found => found).Distinct()];
        }
        finally
        {
            _turn.Release();
        }
    }
}
