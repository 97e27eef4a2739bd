using System.Reflection;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>An actor that is broken in one method, to prove that the checks can see it.</summary>
internal class BrokenActor<T> : DispatchProxy where T : class
{
    private T? _actor;
    private Func<T, MethodInfo, object?[], object?>? _method;

    /// <summary>The actor itself, or the broken one if it is a <typeparamref name="T"/>.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="method">What a method gives instead; null for what the actor gives.</param>
    public static object Around(object actor, Func<T, MethodInfo, object?[], object?> method)
    {
        if (actor is not T whole)
            return actor;

        var broken = Create<T, BrokenActor<T>>();
        ((BrokenActor<T>)(object)broken)._actor = whole;
        ((BrokenActor<T>)(object)broken)._method = method;
        return broken;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _method!(_actor!, targetMethod!, args!) ?? targetMethod!.Invoke(_actor, BindingFlags.DoNotWrapExceptions, null, args, null);
}
