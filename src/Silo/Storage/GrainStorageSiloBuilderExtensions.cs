using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Adds the storage of snapshots to a silo.</summary>
public static class GrainStorageSiloBuilderExtensions
{
    // Orleans' name for SQLite; it loads Microsoft.Data.Sqlite all the same.
    private const string Invariant = "System.Data.SQLite";

    /// <summary>Keeps snapshots of grains in a SQLite file of their own, whose schema is brought up to date at start.</summary>
    public static ISiloBuilder AddSnapshotStorage(this ISiloBuilder silo, Action<GrainStorageOptions> configure)
    {
        silo.Services.AddOptions<GrainStorageOptions>().Configure(configure).ValidateOnStart();
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GrainStorageOptions>, GrainStorageOptionsValidator>());
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GrainStorageStartup>());
        silo.Services.TryAddSingleton<GrainStorageDataSource>();
        silo.Services.TryAddKeyedSingleton<IGrainStorageSerializer, LedgerSnapshotSerializer>(SnapshotStore.ProviderName);

        return silo.AddAdoNetGrainStorage(SnapshotStore.ProviderName, storage => storage.Configure<GrainStorageDataSource>((options, dataSource) =>
        {
            options.Invariant = Invariant;
            options.DataSource = dataSource;
        }));
    }
}
