using System.Reflection;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Orleans' runtime as a grain finds it; nothing of it may be used.</summary>
internal class SimulatedRuntime : DispatchProxy, IServiceProvider
{
    public static IServiceProvider Services { get; } = (IServiceProvider)(object)Create<IGrainRuntime, SimulatedRuntime>();

    public object? GetService(Type serviceType) => serviceType == typeof(IGrainRuntime) ? this : null;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        throw new NotSupportedException($"an actor must be handed what it needs, and asked Orleans for {targetMethod}");
}
