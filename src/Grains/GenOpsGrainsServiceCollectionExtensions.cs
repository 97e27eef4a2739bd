using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Reports;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Versions.Compatibility;
using Orleans.Versions.Selector;

namespace GenOps.ControlPlane;

/// <summary>Adds what the actors need to a silo.</summary>
public static class GenOpsGrainsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the actors' services. The silo brings an <see cref="ILedgerStore"/>, and may bring grain storage called
    /// <see cref="SnapshotStore.ProviderName"/>.
    /// </summary>
    public static IServiceCollection AddGenOpsGrains(this IServiceCollection services)
    {
        services.AddOptions<BudgetGrainOptions>().ValidateOnStart();
        services.AddOptions<BudgetTreeOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BudgetGrainOptions>, BudgetOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BudgetTreeOptions>, BudgetOptionsValidator>());
        services.AddOptions<ApprovalOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ApprovalOptions>, ApprovalOptionsValidator>());
        services.AddOptions<ThrottleOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ThrottleOptions>, ThrottleOptionsValidator>());
        services.AddOptions<AuthorityWatchOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuthorityWatchOptions>, AuthorityOptionsValidator>());
        services.AddOptions<AuthorityFeedOptions>().ValidateOnStart();
        services.AddOptions<AuthorityDirectoryOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuthorityDirectoryOptions>, AuthorityOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuthorityFeedOptions>, AuthorityOptionsValidator>());
        services.AddOptions<DelegationIndexOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DelegationIndexOptions>, DelegationIndexOptionsValidator>());

        // A call of a later build may say what an earlier one does not know, so it is answered by its own build or a later
        // one; what an earlier build or client asks, every node can answer, so that actors stay spread over all of them.
        services.Configure<GrainVersioningOptions>(versioning =>
        {
            versioning.DefaultCompatibilityStrategy = nameof(BackwardCompatible);
            versioning.DefaultVersionSelectorStrategy = nameof(AllCompatibleVersions);
        });
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILedgerReader>(provider => provider.GetRequiredService<ILedgerStore>());
        services.TryAddSingleton<SnapshotStore>();
        services.TryAddSingleton<LedgeredGrainServices>();
        services.TryAddSingleton(PriceBook.Default);
        services.TryAddSingleton<ChargeCalculator>();
        services.TryAddSingleton<ClusterGateways>();
        services.TryAddSingleton<TenantDirectory>();
        services.TryAddSingleton<AuthorityDirectory>();
        services.TryAddSingleton<ICredentialSource>(provider => provider.GetRequiredService<TenantDirectory>());
        services.TryAddSingleton<WorkloadIndex>();
        services.TryAddSingleton<IWorkloadDirectory, WorkloadDirectory>();
        services.TryAddSingleton<SpendReports>();
        services.TryAddSingleton<DelegationIndex>();
        services.TryAddSingleton<CutOffs>();
        AddParticipant<AuthorityWatch>(services);
        AddParticipant<AuthorityFeed>(services);
        AddNudge(services);
        AddParticipant<DueList>(services);
        return services;
    }

    private static void AddNudge(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(AuthorityNudge)))
            return;

        services.AddSingleton<AuthorityNudge>();
        services.AddGrainService<AuthorityNudgeService>();
        services.TryAddSingleton<IAuthorityNudge>(provider => provider.GetRequiredService<AuthorityNudge>());
    }

    private static void AddParticipant<T>(IServiceCollection services) where T : class, ILifecycleParticipant<ISiloLifecycle>
    {
        if (services.Any(service => service.ServiceType == typeof(T)))
            return;

        services.AddSingleton<T>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<T>());
    }
}
