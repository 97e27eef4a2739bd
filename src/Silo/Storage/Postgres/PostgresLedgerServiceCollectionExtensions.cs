using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Adds the cluster's ledger on PostgreSQL to a silo.</summary>
public static class PostgresLedgerServiceCollectionExtensions
{
    /// <summary>
    /// Adds the connections to PostgreSQL and the schema, applied or checked before anything starts. Options come from
    /// <see cref="PostgresOptions.Section"/>, if the caller binds it.
    /// </summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services)
    {
        services.AddOptions<PostgresOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PostgresDataSources>();
        services.TryAddSingleton<PostgresSchema>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresStartup>());
        return services;
    }

    /// <summary>Keeps the ledger in PostgreSQL; <see cref="LedgerOptions.CommitsAtOnceMax"/> follows <see cref="PostgresOptions.WriteConnections"/>, and
    /// <see cref="LedgerOptions.GatherMax"/> <see cref="PostgresOptions.WriteGatherMax"/>.</summary>
    public static IServiceCollection AddPostgresLedger(this IServiceCollection services)
    {
        services.AddPostgres();
        services.AddOptions<LedgerOptions>()
            .PostConfigure<IOptions<PostgresOptions>>((ledger, postgres) => 
                (ledger.CommitsAtOnceMax, ledger.GatherMax, ledger.AuthorityGoesApart) = (postgres.Value.WriteConnections, postgres.Value.WriteGatherMax, true))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LedgerOptions>, LedgerOptionsValidator>());
        services.TryAddSingleton<PostgresLedgerStore>();
        services.TryAddSingleton<ILedgerStore>(provider => provider.GetRequiredService<PostgresLedgerStore>());
        services.TryAddSingleton<ILedgerReader>(provider => provider.GetRequiredService<PostgresLedgerStore>());
        services.TryAddSingleton<ILedger, LedgerWriter>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresPartitions>());
        return services;
    }
}
