using System.Collections.Concurrent;
using System.Reflection;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>What stands for an actor elsewhere: each call becomes a message.</summary>
internal class SimulatedReference : DispatchProxy
{
    private static readonly ConcurrentDictionary<MethodInfo, Type> CallTypes = new();

    private string _key = "";
    private SimulatedCluster? _cluster;
    private SimulatedActivation? _target;

    /// <summary>A reference to the actor, or to one of its activations.</summary>
    public static T To<T>(SimulatedCluster cluster, string key, SimulatedActivation? target = null) where T : class
    {
        var reference = Create<T, SimulatedReference>();
        var state = (SimulatedReference)(object)reference;
        state._cluster = cluster;
        state._key = key;
        state._target = target;
        return reference;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var type = CallTypes.GetOrAdd(targetMethod!, static method => typeof(SimulatedCallOf<>).MakeGenericType(
            method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : typeof(bool)));
        var call = (SimulatedCall)Activator.CreateInstance(type, _key, targetMethod, args)!;
        _cluster!.Send(call, _target);
        return call.Awaitable;
    }
}
