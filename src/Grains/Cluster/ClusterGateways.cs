using System.Collections.Immutable;
using System.Net;

namespace GenOps.ControlPlane.Cluster;

/// <summary>
/// The gateways of the active silos. Who is active is this silo's live view; at which port a silo's gateway listens only
/// the membership table says, so that is read when a silo appears whose port is not known yet, and not again.
/// </summary>
public sealed class ClusterGateways(ISiloStatusOracle silos, ILocalSiloDetails self, IMembershipTable table)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ImmutableDictionary<SiloAddress, int> _ports = ImmutableDictionary<SiloAddress, int>.Empty;

    /// <summary>The addresses, in an order that is the same on every silo. Silos without a gateway are left out.</summary>
    public async Task<ImmutableArray<IPEndPoint>> ListAsync()
    {
        var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys;
        var ports = active.All(IsKnown) ? _ports : await LearnAsync(active);
        return [.. active
            .Order()
            .Select(silo => (silo.Endpoint.Address, Port: PortOf(silo, ports)))
            .Where(gateway => gateway.Port > 0)
            .Select(gateway => new IPEndPoint(gateway.Address, gateway.Port))];
    }

    private bool IsKnown(SiloAddress silo) => silo.Equals(self.SiloAddress) || _ports.ContainsKey(silo);

    private int PortOf(SiloAddress silo, ImmutableDictionary<SiloAddress, int> ports) =>
        silo.Equals(self.SiloAddress) ? self.GatewayAddress?.Endpoint.Port ?? 0 : ports.GetValueOrDefault(silo);

    private async Task<ImmutableDictionary<SiloAddress, int>> LearnAsync(IReadOnlyCollection<SiloAddress> active)
    {
        await _turn.WaitAsync();
        try
        {
            if (active.All(IsKnown))
                return _ports;

            var entries = (await table.ReadAllAsync(CancellationToken.None)).Members.Select(member => member.Item1).DistinctBy(entry => entry.SiloAddress)
                .ToDictionary(entry => entry.SiloAddress, entry => entry.ProxyPort);

            // What is active and has no row yet is asked about again the next time.
            return _ports = active.Where(entries.ContainsKey).ToImmutableDictionary(silo => silo, silo => entries[silo]);
        }
        finally
        {
            _turn.Release();
        }
    }
}
