namespace GenOps.ControlPlane.Client;

/// <summary>
/// Why the gateway won't have this client. Orleans turns a refused connection into a general failure of some later
/// call; the reason is kept here until then.
/// </summary>
internal sealed class GatewayRefusals
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<GatewayRefusal> _refused = New();
    private volatile GatewayRefusal? _last;

    /// <summary>The reason; null once a connection was accepted.</summary>
    public GatewayRefusal? Last => _last;

    /// <summary>Ends with the reason of the next refusal, or of the last one if nothing was accepted since.</summary>
    public Task<GatewayRefusal> WhenRefusedAsync()
    {
        lock (_gate)
            return _refused.Task;
    }

    public void Refused(GatewayRefusal refusal)
    {
        lock (_gate)
        {
            _last = refusal;
            _refused.TrySetResult(refusal);
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

    private static TaskCompletionSource<GatewayRefusal> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
