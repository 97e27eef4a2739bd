using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>Adds the client to an application.</summary>
public static class GenOpsClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IGenOpsClient"/>. With a host it connects when the host starts, without one at its first use; a
    /// control plane that is down does not keep the application from starting.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">The settings; <see cref="GenOpsClientOptions.Tenant"/> and a key are required.</param>
    public static IServiceCollection AddGenOpsClient(
        this IServiceCollection services, Action<GenOpsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<GenOpsClientOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GenOpsClientOptions>, GenOpsClientOptionsValidator>());
        services.TryAddSingleton<GatewayRefusals>();
        services.TryAddSingleton<GatewayLosses>();
        services.TryAddSingleton<IGatewayProbe, GatewayProbe>();
        services.TryAddSingleton<GatewayHealth>();
        services.TryAddSingleton<GatewayList>();
        services.TryAddSingleton<GatewayHandshake>();
        services.TryAddSingleton<OrleansConnection>();
        services.TryAddSingleton<IGovernanceTransport, OrleansTransport>();
        services.TryAddSingleton<AbandonedWorkloads>();
        services.TryAddSingleton<WorkloadSettler>();
        services.TryAddSingleton<RevocationListener>();
        services.TryAddSingleton<IGenOpsClient, GenOpsClient>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OrleansConnectionStart>());
        return services;
    }
}
