using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Silo.Http;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Makes a node a member of a cluster on PostgreSQL.</summary>
internal static class PostgresCluster
{
    // Orleans' word for how much of the memory limit is to be free again once actors are let go.
    private const int MemoryReleasedPercent = 5;

    /// <summary>Adds the ledger in PostgreSQL, and what a member needs before its silo starts.</summary>
    public static void AddPostgresMember(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ClusterMemberOptions>().BindConfiguration(ClusterMemberOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterMemberOptions>, ClusterMemberOptionsValidator>());
        services.AddOptions<PostgresOptions>().BindConfiguration(PostgresOptions.Section);

        // Before anybody else adds the machine's.
        services.AddSingleton(provider => new ReferenceClock(
            TimeProvider.System,
            provider.GetRequiredService<IOptions<ClusterMemberOptions>>().Value,
            provider.GetRequiredService<ILogger<ReferenceClock>>()));
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<ReferenceClock>());
        services.AddSingleton<IReadinessCondition>(provider => provider.GetRequiredService<ReferenceClock>());

        services.TryAddSingleton<IProcessExit, ProcessExit>();
        services.AddSingleton<SelfStop>();
        services.AddSingleton<IReadinessCondition>(provider => provider.GetRequiredService<SelfStop>());
        services.AddSingleton<IFatalErrorHandler, FatalError>();

        services.AddSingleton<INodePreparation, DatabaseArrival>();
        services.AddPostgresLedger();
    }

    /// <summary>Adds the membership, the snapshots, and how the silo behaves among others.</summary>
    public static void UsePostgresMember(this ISiloBuilder silo, NodeOptions node)
    {
        silo.AddPostgresClustering();
        silo.AddPostgresSnapshotStorage();
        silo.AddGenOpsLedgerContact();
        silo.ConfigureEndpoints(node.AdvertisedAddress, node.SiloPort, node.GatewayPort, node.ListenOnAnyAddress);
        silo.Services.AddOptions<ClusterOptions>().Configure<IOptions<ClusterMemberOptions>>((cluster, member) =>
        {
            cluster.ClusterId = member.Value.ClusterId;
            cluster.ServiceId = member.Value.ServiceId;
        });
        silo.Services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<ClusterMemberOptions>>((membership, member) => Apply(membership, member.Value));
        silo.Services.AddOptions<GrainCollectionOptions>().Configure<IOptions<ClusterMemberOptions>>((collection, member) =>
        {
            collection.EnableActivationSheddingOnMemoryPressure = true;
            collection.MemoryUsageLimitPercentage = member.Value.MemoryLimitPercent;
            collection.MemoryUsageTargetPercentage = member.Value.MemoryLimitPercent - MemoryReleasedPercent;
        });
        silo.Services.AddOptions<LoadSheddingOptions>().Configure<IOptions<ClusterMemberOptions>>((shedding, member) =>
        {
            shedding.LoadSheddingEnabled = true;
            shedding.CpuThreshold = member.Value.GatewayCpuLimitPercent;
            shedding.MemoryThreshold = member.Value.GatewayMemoryLimitPercent;
        });
        silo.Services.AddOptions<SiloMessagingOptions>().Configure<IOptions<ClusterMemberOptions>>(
            (messaging, member) => messaging.MaxEnqueuedRequestsHardLimit = member.Value.ActorCallsQueuedMax);
    }

    /// <summary>Adds the watch over the member; after the silo, so that it stops before it.</summary>
    public static void AddClusterWatch(this IServiceCollection services)
    {
        services.TryAddSingleton<IMemberRow, PostgresMemberRow>();
        services.AddHostedService<ClusterWatch>();
    }

    private static void Apply(ClusterMembershipOptions membership, ClusterMemberOptions member)
    {
        // Orleans would go down to half of it where answers come fast, and then take a busy moment for a death.
        membership.ProbeTimeout = member.ProbeTimeout;
        membership.MinProbeTimeout = member.ProbeTimeout;

        // Orleans takes a connection on which something came within the longest probe's time, times the probes, for a
        // living silo. A frozen process has such connections, so that its eviction waits for that.
        membership.MaxProbeTimeout = member.ProbeTimeout * 2;
        membership.NumMissedProbesLimit = member.MissedProbesMax;
        membership.NumVotesForDeathDeclaration = member.VotesForDeath;
        membership.TableRefreshTimeout = member.TableRefresh;
        membership.IAmAliveTablePublishTimeout = member.IAmAlive;
        membership.DefunctSiloExpiration = member.DeadKept;
    }
}
