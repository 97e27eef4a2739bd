using System.Net;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Silo.Gateway;
using GenOps.ControlPlane.Silo.Http;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Throttling;
using Orleans.Configuration;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Puts a node together: a silo, its storage, and the HTTP API in one process.</summary>
public static class NodeHost
{
    /// <summary>The name of the cluster and of the service.</summary>
    public const string ClusterName = "genops";

    /// <summary>The configuration section of the bounds of budgets.</summary>
    public const string BudgetSection = "GenOps:Budgets";

    /// <summary>The configuration section of the bounds of human decisions.</summary>
    public const string ApprovalSection = "GenOps:Approvals";

    /// <summary>The configuration section of <see cref="AuthorityWatchOptions"/>, <see cref="AuthorityFeedOptions"/> and <see cref="AuthorityDirectoryOptions"/>.</summary>
    public const string AuthoritySection = "GenOps:Authority";

    /// <summary>The configuration section of <see cref="ThrottleOptions"/>.</summary>
    public const string ThrottlingSection = "GenOps:Throttling";

    /// <summary>The configuration section of <see cref="GatewayDoorOptions"/>.</summary>
    public const string GatewaySection = "GenOps:Gateway";

    /// <summary>The configuration section of <see cref="LedgerOptions"/>.</summary>
    public const string LedgerSection = "GenOps:Ledger";

    /// <summary>The file with the bootstrap admin's key, in the data directory.</summary>
    public const string AdminKeyFileName = "admin.key";

    /// <summary>Builds a node that is ready to start.</summary>
    /// <param name="options">How it runs; the ports that it took are in it afterwards.</param>
    /// <param name="configure">Changes to its services, for those who embed or test it.</param>
    /// <exception cref="NodeStartException">An option is wrong; the message says how to mend it.</exception>
    public static WebApplication Build(NodeOptions options, Action<WebApplicationBuilder>? configure = null) =>
        Build(CreateBuilder(), options, configure);

    /// <summary>A builder with the configuration that every command of the program has.</summary>
    internal static WebApplicationBuilder CreateBuilder() => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        ApplicationName = typeof(NodeHost).Assembly.GetName().Name,
        ContentRootPath = AppContext.BaseDirectory,
    });

    /// <inheritdoc cref="Build(NodeOptions, Action{WebApplicationBuilder}?)"/>
    internal static WebApplication Build(WebApplicationBuilder builder, NodeOptions options, Action<WebApplicationBuilder>? configure = null)
    {
        options.Prepare();
        builder.WebHost.UseUrls([.. options.Urls.Split(';'), .. options.MetricsUrl.Split(';', StringSplitOptions.RemoveEmptyEntries)]);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainDelay + options.StopTimeout);
        builder.Services.AddSingleton(options);
        builder.AddNodeLogging();
        builder.AddNodeTelemetry();

        // The order of the parts is that of their start: the ledger, the silo on it, the admin key through the silo,
        // and only then HTTP.
        if (options.Storage == NodeStorage.Postgres)
            builder.AddPostgresMember();
        else
            builder.Services.AddSqliteLedger(ledger => ledger.DatabasePath = Path.Combine(options.DataDirectory, "ledger.db"));
        builder.Services.AddOptions<LedgerOptions>().BindConfiguration(LedgerSection);
        builder.Services.AddGenOpsGrains();
        builder.Services.AddOptions<BudgetGrainOptions>().BindConfiguration(BudgetSection);
        builder.Services.AddOptions<BudgetTreeOptions>().BindConfiguration(BudgetSection);
        builder.Services.AddOptions<ApprovalOptions>().BindConfiguration(ApprovalSection);
        builder.Services.AddOptions<AuthorityWatchOptions>().BindConfiguration(AuthoritySection);
        builder.Services.AddOptions<AuthorityFeedOptions>().BindConfiguration(AuthoritySection);
        builder.Services.AddOptions<AuthorityDirectoryOptions>().BindConfiguration(AuthoritySection);
        builder.Services.AddOptions<ThrottleOptions>().BindConfiguration(ThrottlingSection);
        builder.Services.AddOptions<GatewayDoorOptions>().BindConfiguration(GatewaySection);
        builder.UseOrleans(silo => ConfigureSilo(silo, options));
        if (options.Storage == NodeStorage.Postgres)
            builder.Services.AddClusterWatch();
        AddAdminKey(builder.Services, options);
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        builder.Services.AddSingleton<IReadinessCondition>(provider => provider.GetRequiredService<Drain>());
        builder.Services.AddGenOpsHttp();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseNodeMetrics(options);
        app.UseGenOpsHttp(options.Storage == NodeStorage.Postgres ? static door => door.UseMiddleware<SelfStopGate>() : null);
        app.MapNodeMetrics();
        return app;
    }

    private static void AddAdminKey(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton<AdminKeys>();
        services.AddSingleton(new AdminKeyFile(Path.Combine(options.DataDirectory, AdminKeyFileName)));
        if (options.AdminKeyFile.Length > 0)
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<GivenAdminKey>(provider, Path.GetFullPath(options.AdminKeyFile)));
        else if (options.Storage == NodeStorage.Postgres)
            services.AddHostedService<FirstAdminKey>();
        else
            services.AddHostedService<AdminKeyBootstrap>();
    }

    private static void ConfigureSilo(ISiloBuilder silo, NodeOptions options)
    {
        if (options.Storage == NodeStorage.Postgres)
        {
            silo.UsePostgresMember(options);
        }
        else
        {
            silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort, new IPEndPoint(options.AdvertisedAddress, options.SiloPort), ClusterName, ClusterName);
            silo.ConfigureEndpoints(options.AdvertisedAddress, options.SiloPort, options.GatewayPort, options.ListenOnAnyAddress);
            silo.AddSnapshotStorage(storage => storage.DatabasePath = Path.Combine(options.DataDirectory, "snapshots.db"));
        }

        silo.AddGenOpsGatewayDoor();
        silo.AddActivityPropagation();
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = options.ActorTimeout;
            messaging.SystemResponseTimeout = options.ActorTimeout;
        });
    }
}
