using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Silo.Overload;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Puts the door before a silo's gateway.</summary>
public static class GatewaySiloBuilderExtensions
{
    /// <summary>
    /// Lets in only clients with an API key, and of their calls only those to methods marked <see cref="ExternalAttribute"/>
    /// that the key permits. Needs an <see cref="ICredentialSource"/> among the services. Every silo of a cluster needs it,
    /// those without a gateway too: a call is judged where it runs.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Changes the limits; they are checked when the silo starts.</param>
    public static ISiloBuilder AddGenOpsGatewayDoor(this ISiloBuilder silo, Action<GatewayDoorOptions>? configure = null)
    {
        var services = silo.Services;
        if (configure is not null)
            services.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(GatewayDoor)))
            return silo;

        services.AddOptions<GatewayDoorOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayDoorOptions>, GatewayDoorOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddDecisionPlaces();
        services.AddSingleton<GatewayClientIds>();
        services.AddSingleton<GatewayDoor>();

        // Before every other filter, whatever was added first: none may act on a call that is not allowed.
        services.Insert(0, ServiceDescriptor.Singleton<IIncomingGrainCallFilter, GatewayCallFilter>());
        services.Configure<SiloConnectionOptions>(options => options.ConfigureGatewayInboundConnection(connection =>
        {
            var door = connection.ApplicationServices.GetRequiredService<GatewayDoor>();
            connection.Use(next => context => door.OnConnectionAsync(context, next));
        }));
        return silo;
    }
}
