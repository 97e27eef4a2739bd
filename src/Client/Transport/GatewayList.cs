using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Messaging;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The gateways that Orleans may use. The configured ones are where it begins, resolved again at every refresh since
/// addresses behind a name come and go; from then on the cluster says which it has.
/// </summary>
/// <remarks>
/// How Orleans uses it (10.4): it asks every GatewayListRefreshPeriod, and at once when it has marked all as dead; it marks one
/// as dead when connecting to it fails, for <see cref="MaxStaleness"/>, and masks one for as long that says it is stopping; it
/// ends connections to what is not listed any more, except masked ones. An actor's calls stay with one connection while
/// that is open and listed, so a new gateway gets only actors that were not called before: see <see cref="OrleansConnection"/>.
/// </remarks>
internal sealed class GatewayList(
    IOptions<GenOpsClientOptions> options, GatewayHealth health, GatewayLosses losses, ILogger<GatewayList> logger) : IGatewayListProvider
{
    private readonly Dictionary<string, IPEndPoint[]> _known = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ImmutableArray<IPEndPoint> _discovered = [];

    public TimeSpan MaxStaleness => options.Value.GatewayRefresh;

    public bool IsUpdatable => true;

    /// <summary>What was last given to Orleans.</summary>
    public IReadOnlyList<IPEndPoint> Offered { get; private set; } = [];

    /// <summary>The gateways as configured, or the default one.</summary>
    public static IReadOnlyCollection<string> Names(GenOpsClientOptions options) =>
        options.Gateways.Count == 0 ? [GenOpsClientOptions.GatewayDefault] : [.. options.Gateways];

    /// <summary>The cluster has said which it has. Nothing is no answer: whoever says so has a gateway itself.</summary>
    public void Discovered(ImmutableArray<IPEndPoint> gateways)
    {
        if (gateways.IsEmpty)
            return;

        var before = ImmutableInterlocked.InterlockedExchange(ref _discovered, gateways);

        // A silo was given up, and its actors run elsewhere now; who waits for one of them at another silo's gateway would
        // wait until time runs out. One that stops in order is missed as well: what is asked again then gets the same answer.
        if (before.Except(gateways).Any())
            losses.Lost();
    }

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var seeds = await ResolveAsync().ConfigureAwait(false);
            Offered = health.Choose(_discovered, seeds);
            return [.. Offered.Select(gateway => gateway.ToGatewayUri())];
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IPEndPoint[]> ResolveAsync()
    {
        foreach (var name in Names(options.Value))
        {
            try
            {
                if (GatewayEndpoint.TryParse(name, out var endpoint))
                    _known[name] = await endpoint.ResolveAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                // The addresses that it had are the best guess until it resolves again.
                ClientLog.GatewayUnresolved(logger, exception, name);
            }
        }

        return [.. _known.Values.SelectMany(found => found).Distinct()];
    }
}
