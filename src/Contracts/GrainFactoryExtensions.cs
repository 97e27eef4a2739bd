using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace GenOps.ControlPlane;

/// <summary>Finds actors.</summary>
internal static class GrainFactoryExtensions
{
    private static readonly ConditionalWeakTable<IGrainFactory, ConcurrentDictionary<Type, (GrainType Grain, GrainInterfaceType Interface)>> Known = [];

    /// <summary>
    /// The actor of this key: what <see cref="IGrainFactory.GetGrain{TGrainInterface}(string, string?)"/> answers, which reads the
    /// attributes of the interface anew for every reference. What was read once holds as long as the factory: an actor's
    /// type is pinned to its interface, whatever the build.
    /// </summary>
    /// <typeparam name="TGrain">Its interface.</typeparam>
    /// <param name="grains">The silo's, or a client's.</param>
    /// <param name="key">Its key.</param>
    public static TGrain Find<TGrain>(this IGrainFactory grains, string key)
        where TGrain : class, IGrainWithStringKey
    {
        ArgumentNullException.ThrowIfNull(grains);
        var types = Known.GetOrCreateValue(grains);
        if (types.TryGetValue(typeof(TGrain), out var known))
            return (TGrain)grains.GetGrain(GrainId.Create(known.Grain, key), known.Interface);

        var grain = grains.GetGrain<TGrain>(key);
        if (grain is GrainReference reference)
            types[typeof(TGrain)] = (reference.GrainId.Type, reference.InterfaceType);
        return grain;
    }
}
