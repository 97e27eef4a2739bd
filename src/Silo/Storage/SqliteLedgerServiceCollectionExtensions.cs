using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Adds the embedded ledger to a silo.</summary>
public static class SqliteLedgerServiceCollectionExtensions
{
    /// <summary>Keeps the ledger in a SQLite file. It is opened, and its schema brought up to date, when it is first asked for.</summary>
    public static IServiceCollection AddSqliteLedger(this IServiceCollection services, Action<SqliteLedgerOptions> configure)
    {
        services.AddOptions<SqliteLedgerOptions>().Configure(configure).ValidateOnStart();
        services.AddOptions<LedgerOptions>().ValidateOnStart().Validate(
            options => options is { CommitsAtOnceMax: 1, AuthorityGoesApart: false },
            $"the embedded database commits one batch at a time; set GenOps:Ledger:{nameof(LedgerOptions.CommitsAtOnceMax)} to 1 and {nameof(LedgerOptions.AuthorityGoesApart)} to false");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteLedgerOptions>, SqliteLedgerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LedgerOptions>, LedgerOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SqliteLedgerStore>();
        services.TryAddSingleton<ILedgerStore>(provider => provider.GetRequiredService<SqliteLedgerStore>());
        services.TryAddSingleton<ILedgerReader>(provider => provider.GetRequiredService<SqliteLedgerStore>());
        services.TryAddSingleton<ILedger, LedgerWriter>();
        return services;
    }
}
