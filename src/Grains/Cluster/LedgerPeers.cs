using Microsoft.Extensions.Logging;
using Orleans.Runtime.Services;

namespace GenOps.ControlPlane.Cluster;

/// <inheritdoc cref="ILedgerPeers"/>
internal sealed class LedgerPeers(IServiceProvider services, ISiloStatusOracle silos, TimeProvider time, ILogger<LedgerPeers> logger)
    : GrainServiceClient<ILedgerContactService>(services), ILedgerPeers
{
    /// <inheritdoc/>
    public async Task<SiloAddress?> FindInContactAsync(TimeSpan ageMax, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        var others = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(silos.SiloAddress));
        var answers = await Task.WhenAll(others.Select(silo => AskAsync(silo, ageMax, wait, cancellationToken)));
        return answers.FirstOrDefault(silo => silo is not null);
    }

    private async Task<SiloAddress?> AskAsync(SiloAddress silo, TimeSpan ageMax, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            return await GetGrainService(silo).GetAgeAsync().WaitAsync(wait, time, cancellationToken) <= ageMax ? silo : null;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            ClusterLog.PeerSilent(logger, error, silo);
            return null;
        }
    }
}
