using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Reports;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Silo.Http.OpenApi;
using GenOps.ControlPlane.Silo.Overload;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>The HTTP API as a whole.</summary>
internal static class HttpApi
{
    /// <summary>The configuration section of <see cref="HttpOptions"/>.</summary>
    public const string Section = "GenOps:Http";

    /// <summary>The configuration section of <see cref="ReportOptions"/>.</summary>
    public const string ReportSection = "GenOps:Reports";

    /// <summary>The configuration section of <see cref="DelegationIndexOptions"/>.</summary>
    public const string AuthoritySection = "GenOps:Authority";

    /// <summary>Adds what it needs; the ledger's reader, the grains' services and a grain factory come from the host.</summary>
    public static IServiceCollection AddGenOpsHttp(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration(Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>());
        services.AddOptions<ReportOptions>().BindConfiguration(ReportSection).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ReportOptions>, ReportOptionsValidator>());
        services.AddOptions<DelegationIndexOptions>().BindConfiguration(AuthoritySection).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddDecisionPlaces();
        services.AddOptions<OverloadOptions>().BindConfiguration(OverloadServiceCollectionExtensions.Section);
        services.TryAddSingleton<KnownTenants>();
        services.TryAddSingleton<Readiness>();
        services.AddHostedService<ReadinessWatch>();
        services.TryAddSingleton<LedgerVerifier>();
        services.ConfigureHttpJsonOptions(json => GenOpsJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpOptions>>((kestrel, http) => Limit(kestrel, http.Value));

        // The core of authentication alone: AddAuthentication brings data protection, which keeps keys in the home directory.
        services.AddAuthenticationCore(options => options.DefaultScheme = ApiKeyAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddApiDocument();
        return services;
    }

    /// <summary>Puts the gates in their order, and the endpoints behind them.</summary>
    /// <param name="app">The application.</param>
    /// <param name="before">The host's own gates, before all others; what they throw is answered like everything else.</param>
    public static void UseGenOpsHttp(this WebApplication app, Action<IApplicationBuilder>? before = null)
    {
        app.UseMiddleware<ProblemMiddleware>();
        before?.Invoke(app);
        app.UseRouting();

        // Said outright, because the host would otherwise put it in front of everything, where its failures have no words.
        app.UseAuthentication();
        app.UseMiddleware<AccessGate>();
        app.UseMiddleware<RequestGate>();

        app.MapHealth();
        app.MapApiDocument();
        app.MapTenants();
        var tenant = app.MapGroup("/v1/tenants/{tenant}");
        tenant.MapWorkloads();
        tenant.MapBudgets();
        tenant.MapReports();
        tenant.MapAgents();
        tenant.MapApprovals();
        tenant.MapDelegations();
        tenant.MapPrices();
        tenant.MapKeys();
        tenant.MapEvidence();
    }

    private static void Limit(KestrelServerOptions kestrel, HttpOptions http)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = http.BodyBytesMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = http.HeaderBytesMax;
        kestrel.Limits.MaxRequestHeaderCount = http.HeadersMax;
        kestrel.Limits.MaxRequestLineSize = http.RequestLineBytesMax;
        kestrel.Limits.RequestHeadersTimeout = http.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = http.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(http.BodyBytesPerSecondMin, http.BodyGrace);
        kestrel.Limits.MaxConcurrentConnections = http.ConnectionsMax;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
    }
}
