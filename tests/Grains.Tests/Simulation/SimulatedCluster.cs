using GenOps.ControlPlane.Tests.Ledger;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// The processes, what outlives them, and who is activated where. An actor is normally activated once; while a second
/// activation lives, either gets calls.
/// </summary>
internal sealed class SimulatedCluster
{
    private readonly Dictionary<string, List<SimulatedActivation>> _activations = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<SimulatedActivation> _all = [];

    public SimulatedCluster(SimulatedWorld world, SimulationSettings settings)
    {
        World = world;
        Settings = settings;
        Disk = new SimulatedDisk();
        Snapshots = new SimulatedSnapshots(world);
        for (var number = 0; number < settings.Nodes; number++)
            _nodes.Add(new SimulatedNode(this, number));
    }

    public SimulatedWorld World { get; }

    public SimulationSettings Settings { get; }

    public SimulatedDisk Disk { get; }

    public SimulatedSnapshots Snapshots { get; }

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public bool IsReady => _nodes.TrueForAll(node => node.IsReady);

    /// <summary>The actors that are activated, in the order of their first activation.</summary>
    public IEnumerable<string> Keys => _activations.Keys;

    public T Get<T>(string key) where T : class => SimulatedReference.To<T>(this, key);

    /// <summary>A reference to one activation, whoever else is activated.</summary>
    public T Get<T>(SimulatedActivation activation) where T : class => SimulatedReference.To<T>(this, activation.Key, activation);

    public IReadOnlyList<SimulatedActivation> Activations(string key) => _activations.GetValueOrDefault(key, []);

    /// <summary>One more activation of the actor.</summary>
    public SimulatedActivation Activate(string key, SimulatedNode node)
    {
        var activation = new SimulatedActivation(this, node, key);
        if (!_activations.TryGetValue(key, out var activations))
            _activations.Add(key, activations = []);
        activations.Add(activation);
        _all.Add(activation);
        return activation;
    }

    /// <summary>Nobody new finds the activation.</summary>
    public void Forget(SimulatedActivation activation)
    {
        if (_activations.TryGetValue(activation.Key, out var activations))
            activations.Remove(activation);
    }

    /// <summary>The process dies between two steps, and another one starts in its place.</summary>
    public void Crash(SimulatedNode node)
    {
        node.Die();
        foreach (var activation in _all.Where(activation => activation.Node == node))
        {
            activation.Die();
            Forget(activation);
        }

        _all.RemoveAll(activation => activation.Node == node);
        _nodes[node.Number] = new SimulatedNode(this, node.Number);
    }

    public void Send(SimulatedCall call, SimulatedActivation? target)
    {
        var fault = World.Chance(Settings.CallFaultRate) ? World.Random.Next(3) : -1;
        if (fault >= 0)
            World.Send("timeout " + call.Label, () => call.Fail(new TimeoutException("no answer in time")));
        if (fault != 0)
            World.Send("call " + call.Label, () => Deliver(call, target));
    }

    public void Answer(SimulatedCall call) => World.Send("answer " + call.Label, call.Answer);

    private void Deliver(SimulatedCall call, SimulatedActivation? target)
    {
        if (target is null)
        {
            var activations = Activations(call.Key);
            target = activations.Count switch
            {
                0 => Place(call.Key),
                1 => activations[0],
                _ => activations[World.Random.Next(activations.Count)],
            };
        }

        if (target is null || target.Thread.IsDead)
            call.Fail(new SiloUnavailableException("no silo takes the call"));
        else
            target.Receive(call);
    }

    private SimulatedActivation? Place(string key)
    {
        var ready = _nodes.FindAll(node => node.IsReady);
        return ready.Count == 0 ? null : Activate(key, ready[World.Random.Next(ready.Count)]);
    }
}
