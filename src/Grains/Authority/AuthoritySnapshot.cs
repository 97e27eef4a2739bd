using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// What a silo knows of changes of authority, at one epoch. Immutable, and as long as nothing changes the same object: who
/// has checked against it need not check again.
/// </summary>
public sealed class AuthoritySnapshot
{
    private readonly LastChanges<StreamId> _streams;
    private readonly LastChanges<TenantId> _tenants;
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AuthoritySnapshot(long era, Guid incarnation, Epoch epoch, LastChanges<StreamId> streams, LastChanges<TenantId> tenants)
    {
        Era = era;
        Incarnation = incarnation;
        Epoch = epoch;
        _streams = streams;
        _tenants = tenants;
    }

    /// <summary>Before the ledger was first read.</summary>
    internal static AuthoritySnapshot Unknown() => new(0, Guid.Empty, default, LastChanges<StreamId>.Since(default), LastChanges<TenantId>.Since(default));

    /// <summary>Whether the ledger was read at all.</summary>
    public bool IsKnown => Era > 0;

    /// <summary>
    /// Which ledger this silo follows, counted from 1: when the ledger turns out to be another or an older one, a new era
    /// begins, and nothing that was read in an older one is true any more. 0 before the ledger was first read.
    /// </summary>
    public long Era { get; }

    /// <summary>The ledger's own id.</summary>
    public Guid Incarnation { get; }

    /// <summary>The epoch up to which every change is known.</summary>
    public Epoch Epoch { get; }

    /// <summary>The label of what is read from here on.</summary>
    public AuthorityLabel Label => new(Era, Epoch);

    /// <summary>How many streams' changes are remembered.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Completes when the silo knows of something newer.</summary>
    public Task Changed => _changed.Task;

    /// <summary>
    /// The epoch after which <paramref name="stream"/> did not change: that of its last change, or, if that is not
    /// remembered, one that is later.
    /// </summary>
    public Epoch LastChange(StreamId stream) => _streams.Of(stream);

    /// <summary>The epoch after which nothing changed that concerns <paramref name="tenant"/>: neither its own streams nor those of all tenants.</summary>
    public Epoch LastChangeIn(TenantId tenant)
    {
        var (own, shared) = (_tenants.Of(tenant), _tenants.Of(TenantId.All));
        return own > shared ? own : shared;
    }

    /// <summary>Whether what was read of <paramref name="stream"/> under <paramref name="label"/> is what the ledger says still.</summary>
    public bool IsCurrent(StreamId stream, AuthorityLabel label) =>
        label.Era == Era && (label.Epoch >= Epoch || LastChange(stream) <= label.Epoch);

    /// <summary>
    /// This and what came after, with at most <paramref name="streamsMax"/> streams remembered. The same object if nothing
    /// did; the first of a new era if the ledger is another or an older one.
    /// </summary>
    internal AuthoritySnapshot With(AuthorityChanges changes, int streamsMax)
    {
        // Of what happened before the first reading nothing is known but that it is over.
        if (!IsKnown || changes.Incarnation != Incarnation || changes.Epoch < Epoch)
            return new(Era + 1, changes.Incarnation, changes.Epoch, LastChanges<StreamId>.Since(changes.Epoch), LastChanges<TenantId>.Since(changes.Epoch));
        if (changes.Epoch == Epoch)
            return this;

        return new(
            Era, Incarnation, changes.Epoch,
            _streams.With(changes.Streams, streamsMax),
            _tenants.With(changes.Streams.Select(change => (change.Stream.Tenant, change.Epoch)), streamsMax));
    }

    /// <summary>Says that there is a newer one.</summary>
    internal void Supersede() => _changed.TrySetResult();
}
