using System.Reflection;
using GenOps.ControlPlane.Access;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A call that gives a <typeparamref name="T"/>.</summary>
internal sealed class SimulatedCallOf<T>(string key, MethodInfo method, object?[] arguments) : SimulatedCall(key, method, arguments)
{
    private readonly TaskCompletionSource<T> _answer = new();

    // It goes along with the call, as in a silo.
    private readonly object? _caller = RequestContext.Get(CallerContext.RequestContextKey);
    private T _result = default!;
    private Exception? _failure;

    public override object Awaitable =>
        Method.ReturnType == typeof(ValueTask<T>) ? new ValueTask<T>(_answer.Task) : _answer.Task;

    public override bool IsAnswered => _answer.Task.IsCompleted;

    public override async Task InvokeAsync(object grain)
    {
        if (_caller is not null)
            RequestContext.Set(CallerContext.RequestContextKey, _caller);
        else
            RequestContext.Remove(CallerContext.RequestContextKey);
        try
        {
            var returned = Method.Invoke(grain, BindingFlags.DoNotWrapExceptions, null, Arguments, null);
            switch (returned)
            {
                case Task<T> task:
                    _result = await task;
                    break;
                case ValueTask<T> valueTask:
                    _result = await valueTask;
                    break;
                default:
                    await (Task)returned!;
                    break;
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    public override void Answer()
    {
        if (_failure is { } failure)
            _answer.TrySetException(failure);
        else
            _answer.TrySetResult(_result);
    }

    public override void Fail(Exception failure) => _answer.TrySetException(failure);
}
