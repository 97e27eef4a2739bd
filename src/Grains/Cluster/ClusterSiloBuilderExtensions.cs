using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GenOps.ControlPlane.Cluster;

/// <summary>Adds what silos tell one another of the ledger.</summary>
public static class ClusterSiloBuilderExtensions
{
    /// <summary>Adds it. Whoever asks the database tells <see cref="LedgerContact"/> of its answers.</summary>
    public static ISiloBuilder AddGenOpsLedgerContact(this ISiloBuilder silo)
    {
        if (silo.Services.Any(service => service.ServiceType == typeof(LedgerContact)))
            return silo;

        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddSingleton<LedgerContact>();
        silo.Services.TryAddSingleton<ILedgerPeers, LedgerPeers>();
        silo.Services.AddGrainService<LedgerContactService>();
        return silo;
    }
}
