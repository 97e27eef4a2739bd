namespace GenOps.ControlPlane.Client;

/// <summary>
/// Why the gateway won't have this client. Orleans turns a refused connection into a general failure of some later
/// call; the reason is kept here until then.
/// </summary>
internal sealed class GatewayRefusals
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<string> _refused = New();
    private volatile string? _last;

    /// <summary>The reason, for people; null once a connection was accepted.</summary>
    public string? Last => _last;

    /// <summary>Ends with the reason of the next refusal, or of the last one if nothing was accepted since.</summary>
    public Task<string> WhenRefusedAsync()
    {
        lock (_gate)
            return _refused.Task;
    }

    public void Refused(string reason)
    {
        lock (_gate)
        {
            _last = reason;
            _refused.TrySetResult(reason);
        }
    }

    public void Accepted()
    {
        lock (_gate)
        {
            _last = null;
            if (_refused.Task.IsCompleted)
                _refused = New();
        }
    }

    private static TaskCompletionSource<string> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
