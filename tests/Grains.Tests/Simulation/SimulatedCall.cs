using System.Reflection;
using GenOps.ControlPlane.Access;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A call of one actor on its way.</summary>
internal abstract class SimulatedCall(string key, MethodInfo method, object?[] arguments)
{
    private readonly object? _caller = RequestContext.Get(CallerContext.RequestContextKey);

    public string Key { get; } = key;

    public string Label => $"{Key} {Method.Name}";

    /// <summary>Who is working on it; null before it arrived.</summary>
    public SimulatedActivation? Target { get; set; }

    protected object?[] Arguments { get; } = arguments;

    protected MethodInfo Method { get; } = method;

    /// <summary>What the caller awaits, of the method's type.</summary>
    public abstract object Awaitable { get; }

    /// <summary>Whether the caller has heard.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>Runs the method, and keeps its outcome. Never throws.</summary>
    public abstract Task InvokeAsync(object grain);

    /// <summary>Lets the method find whose credential asks, as it travels with a call.</summary>
    protected void TakeCaller()
    {
        if (_caller is { } caller)
            RequestContext.Set(CallerContext.RequestContextKey, caller);
        else
            RequestContext.Remove(CallerContext.RequestContextKey);
    }

    /// <summary>The outcome reaches the caller.</summary>
    public abstract void Answer();

    /// <summary>The caller hears of a failure instead.</summary>
    public abstract void Fail(Exception failure);
}
