using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Storage;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Adds to a silo what Orleans keeps in PostgreSQL: who is in the cluster, and the actors' snapshots.</summary>
public static class PostgresSiloBuilderExtensions
{
    private const string Invariant = "Npgsql";

    /// <summary>Keeps the cluster's members in PostgreSQL. Which cluster is Orleans' own option, <see cref="ClusterOptions"/>.</summary>
    public static ISiloBuilder AddPostgresClustering(this ISiloBuilder silo)
    {
        silo.Services.AddPostgres();
        return silo.UseAdoNetClustering(clustering => clustering.Configure<PostgresDataSources>((options, sources) =>
        {
            options.Invariant = Invariant;
            options.DataSource = sources.Runtime;
        }));
    }

    /// <summary>Keeps snapshots of actors in PostgreSQL.</summary>
    public static ISiloBuilder AddPostgresSnapshotStorage(this ISiloBuilder silo)
    {
        silo.Services.AddPostgres();
        silo.Services.TryAddKeyedSingleton<IGrainStorageSerializer, LedgerSnapshotSerializer>(SnapshotStore.ProviderName);
        return silo.AddAdoNetGrainStorage(SnapshotStore.ProviderName, storage => storage.Configure<PostgresDataSources>((options, sources) =>
        {
            options.Invariant = Invariant;
            options.DataSource = sources.Runtime;
        }));
    }
}
