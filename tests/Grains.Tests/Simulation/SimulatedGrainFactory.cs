using System.Reflection;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>The factory that actors are handed: references by string key, and nothing else.</summary>
internal class SimulatedGrainFactory : DispatchProxy
{
    private static readonly MethodInfo MakeReference = typeof(SimulatedReference).GetMethod(nameof(SimulatedReference.To))!;

    private SimulatedCluster? _cluster;

    public static IGrainFactory For(SimulatedCluster cluster)
    {
        var factory = Create<IGrainFactory, SimulatedGrainFactory>();
        ((SimulatedGrainFactory)(object)factory)._cluster = cluster;
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod is { Name: nameof(IGrainFactory.GetGrain), IsGenericMethod: true } && args is [string key, ..]
            ? MakeReference.MakeGenericMethod(targetMethod.GetGenericArguments()).Invoke(null, [_cluster, key, null])
            : throw new NotSupportedException($"actors are not found by {targetMethod}");
}
