using System.Diagnostics.CodeAnalysis;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Whose turn it is: tenants take turns, and within a tenant its streams do. Not safe for several threads.</summary>
internal sealed class LedgerTurns
{
    private const int SpareMax = 64;

    private readonly Dictionary<TenantId, Queue<StreamQueue>> _streams = [];
    private readonly Queue<TenantId> _tenants = new();
    private readonly Stack<Queue<StreamQueue>> _spare = new(); // most tenants come and go with one append

    /// <summary>Whether there may be a next one.</summary>
    public bool Any => _tenants.Count > 0;

    /// <summary>Puts a stream at the end, unless it has its turn already. One that has it elsewhere loses that.</summary>
    public void Add(StreamQueue stream)
    {
        if (stream.Turns == this)
            return;

        stream.Turns = this;
        var tenant = stream.Tenant.Tenant;
        if (!_streams.TryGetValue(tenant, out var streams))
        {
            if (!_spare.TryPop(out streams))
                streams = new Queue<StreamQueue>();
            _streams.Add(tenant, streams);
            _tenants.Enqueue(tenant);
        }

        streams.Enqueue(stream);
    }

    /// <summary>Whose turn is next.</summary>
    public bool TryPeek([MaybeNullWhen(false)] out StreamQueue next)
    {
        while (_tenants.TryPeek(out var tenant))
        {
            var streams = _streams[tenant];
            while (streams.TryPeek(out next))
            {
                if (next.Turns == this)
                    return true;

                streams.Dequeue();
            }

            _streams.Remove(tenant);
            _tenants.Dequeue();
            if (_spare.Count < SpareMax)
                _spare.Push(streams);
        }

        next = null;
        return false;
    }

    /// <summary>The next one loses its turn; its tenant keeps its own.</summary>
    public void Skip() => _streams[_tenants.Peek()].Dequeue().Turns = null;

    /// <summary>The next one has had its turn, and with it its tenant.</summary>
    public void Next()
    {
        Skip();
        _tenants.Enqueue(_tenants.Dequeue());
    }
}
