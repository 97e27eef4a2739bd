using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>Adds the places for decisions.</summary>
internal static class OverloadServiceCollectionExtensions
{
    /// <summary>The configuration section of <see cref="OverloadOptions"/>.</summary>
    public const string Section = "GenOps:Overload";

    /// <summary>Adds them once: both doors take from the same.</summary>
    public static void AddDecisionPlaces(this IServiceCollection services)
    {
        services.AddOptions<OverloadOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OverloadOptions>, OverloadOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DecisionPlaces>();
    }
}
