using System.Diagnostics;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Silo.Overload;

/// <summary>
/// The places for decisions under way on this silo, shared fairly among the tenants that ask. What waits inside waits in
/// nobody's order, so the door keeps one tenant's flood from becoming everybody's waiting time. Settlements,
/// revocations and administration take no place: they are bounded by what was decided, and must get through.
/// </summary>
internal sealed class DecisionPlaces(IOptions<OverloadOptions> options, TimeProvider time)
{
    private readonly OverloadOptions _options = options.Value;
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, Share> _shares = [];
    private long _prunedAt = time.GetTimestamp();

    /// <summary>Takes a place; disposing the lease gives it back.</summary>
    /// <exception cref="UnavailableException"><c>overloaded</c>: the tenant has its share under way.</exception>
    public Lease Take(TenantId tenant)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            // Those who have gone quiet make room for the others; often enough is twice in the time that they count.
            if (time.GetElapsedTime(_prunedAt, now) * 2 >= _options.ShareFor)
                Prune(now);

            if (!_shares.TryGetValue(tenant, out var share))
                _shares.Add(tenant, share = new Share());

            share.AskedAt = now;
            var most = MostFor(_shares.Count);
            if (share.Taken >= most)
            {
                OverloadInstruments.Refused();
                throw UnavailableException.Overloaded(
                    $"{share.Taken} decisions of tenant {tenant} are under way on this silo; send the same request again, with the same id, after a pause", _options.RetryAfter);
            }

            share.Taken++;
            OverloadInstruments.Taken(1);
            return new Lease(this, share);
        }
    }

    private int MostFor(int tenants) => tenants == 1
        ? _options.DecisionsAtOnceMax
        : Math.Max(_options.DecisionsPerTenantMin, Math.Min(_options.DecisionsAtOnceMax, _options.DecisionsSharedMax) / tenants);

    private void Prune(long now)
    {
        _prunedAt = now;
        foreach (var (tenant, share) in _shares)
        {
            if (share.Taken == 0 && time.GetElapsedTime(share.AskedAt, now) >= _options.ShareFor)
                _shares.Remove(tenant);
        }
    }

    private void GiveBack(Share share)
    {
        lock (_gate)
        {
            Debug.Assert(share.Taken > 0);
            share.Taken--;
        }

        OverloadInstruments.Taken(-1);
    }

    /// <summary>A place that was taken.</summary>
    public readonly struct Lease(DecisionPlaces places, Share share) : IDisposable
    {
        /// <summary>Gives it back; once.</summary>
        public void Dispose() => places.GiveBack(share);
    }

    /// <summary>What one tenant has under way.</summary>
    internal sealed class Share
    {
        public int Taken { get; set; }

        public long AskedAt { get; set; }
    }
}
