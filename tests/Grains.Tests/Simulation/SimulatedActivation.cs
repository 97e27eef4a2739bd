using Orleans.Runtime;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>One activation of an actor. Several of one actor may live at once, as they do when a silo is late to learn of its death.</summary>
internal sealed class SimulatedActivation : IGrainContext
{
    private readonly SimulatedCluster _cluster;
    private readonly List<SimulatedCall> _running = [];
    private readonly object _actor;
    private bool _isEnding;
    private bool _hasEnded;

    public SimulatedActivation(SimulatedCluster cluster, SimulatedNode node, string key)
    {
        _cluster = cluster;
        Node = node;
        Key = key;
        GrainId = GrainId.Create(key[..1], key);
        ActivationId = new ActivationId(new Guid(cluster.World.NextNumber(), 0, 0, new byte[8]));
        Thread = new SimulatedThread(cluster.World);
        Grain = node.Make(this);
        _actor = cluster.Settings.Actor(Grain, cluster.Disk);
    }

    public string Key { get; }

    public SimulatedNode Node { get; }

    public SimulatedThread Thread { get; }

    public Grain Grain { get; }

    public bool IsIdle => _running.Count == 0;

    public GrainId GrainId { get; }

    public object? GrainInstance => Grain;

    public IServiceProvider ActivationServices => SimulatedRuntime.Services;

    public GrainReference GrainReference => throw new NotSupportedException();

    public ActivationId ActivationId { get; }

    public GrainAddress Address => throw new NotSupportedException();

    public IGrainLifecycle ObservableLifecycle => throw new NotSupportedException();

    public IWorkItemScheduler Scheduler => throw new NotSupportedException();

    public Task Deactivated => throw new NotSupportedException();

    /// <summary>Works on <paramref name="call"/>, interleaved with the others.</summary>
    public void Receive(SimulatedCall call)
    {
        call.Target = this;
        _running.Add(call);
        Thread.Run(async () =>
        {
            await call.InvokeAsync(_actor);
            _running.Remove(call);
            _cluster.Answer(call);
            EndIfIdle();
        });
    }

    /// <summary>Takes no further calls, and ends once the running ones have.</summary>
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        _isEnding = true;
        _cluster.Forget(this);
        EndIfIdle();
    }

    /// <summary>Its process ends now.</summary>
    public void Die()
    {
        Thread.Die();
        foreach (var call in _running)
            _cluster.World.Send("lost " + call.Label, () => call.Fail(new SiloUnavailableException("the silo is gone")));
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public object? GetTarget() => Grain;

    public object? GetComponent(Type componentType) => null;

    public TComponent? GetComponent<TComponent>() where TComponent : class => null;

    public void SetComponent<TComponent>(TComponent? value) where TComponent : class => throw new NotSupportedException();

    public void ReceiveMessage(object message) => throw new NotSupportedException();

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void Rehydrate(IRehydrationContext context) => throw new NotSupportedException();

    public void Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private void EndIfIdle()
    {
        if (!_isEnding || _hasEnded || !IsIdle)
            return;

        _hasEnded = true;
        Thread.Run(async () =>
        {
            try
            {
                await Grain.OnDeactivateAsync(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "idle"), CancellationToken.None);
            }
            catch (Exception failure)
            {
                _cluster.World.Fail(failure);
            }
        });
    }
}
