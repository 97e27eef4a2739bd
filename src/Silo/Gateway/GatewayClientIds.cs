using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Gateway;

/// <summary>Which key's connections use which client id at this silo's gateway.</summary>
internal sealed class GatewayClientIds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IdSpan, (string Stamp, int Connections)> _uses = [];

    /// <summary>
    /// Binds a client id to a key for as long as it has connections. Orleans delivers a client's answers to whoever last
    /// connected with its id, so an id in use must not be taken over with another key.
    /// </summary>
    /// <returns>Whether the id was free, or in use with the same key.</returns>
    public bool TryTake(IdSpan clientId, string stamp)
    {
        lock (_gate)
        {
            if (!_uses.TryGetValue(clientId, out var use))
                use = (stamp, 0);
            else if (use.Stamp != stamp)
                return false;

            _uses[clientId] = (stamp, use.Connections + 1);
            return true;
        }
    }

    /// <summary>Gives back what <see cref="TryTake"/> took.</summary>
    public void Release(IdSpan clientId)
    {
        lock (_gate)
        {
            var use = _uses[clientId];
            if (use.Connections == 1)
                _uses.Remove(clientId);
            else
                _uses[clientId] = (use.Stamp, use.Connections - 1);
        }
    }
}
