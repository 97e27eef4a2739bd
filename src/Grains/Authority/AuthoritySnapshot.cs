using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>What a silo knows of changes of authority, at one epoch. Immutable.</summary>
public sealed class AuthoritySnapshot
{
    private readonly ImmutableDictionary<StreamId, Epoch> _changes;

    private AuthoritySnapshot(bool known, Guid incarnation, Epoch epoch, ImmutableDictionary<StreamId, Epoch> changes)
    {
        IsKnown = known;
        Incarnation = incarnation;
        Epoch = epoch;
        _changes = changes;
    }

    /// <summary>Before the ledger was first read.</summary>
    public static AuthoritySnapshot Unknown { get; } = new(false, Guid.Empty, default, ImmutableDictionary<StreamId, Epoch>.Empty);

    /// <summary>Whether the ledger was read at all.</summary>
    public bool IsKnown { get; }

    /// <summary>The ledger's own id.</summary>
    public Guid Incarnation { get; }

    /// <summary>The epoch up to which every change is known.</summary>
    public Epoch Epoch { get; }

    /// <summary>When <paramref name="stream"/> last changed, as far as this process has followed; 0 if it did not since.</summary>
    public Epoch LastChange(StreamId stream) => _changes.GetValueOrDefault(stream);

    /// <summary>This and what came after.</summary>
    public AuthoritySnapshot With(AuthorityChanges changes)
    {
        var streams = _changes;
        foreach (var (stream, epoch) in changes.Streams)
            streams = streams.SetItem(stream, epoch);
        return new AuthoritySnapshot(true, changes.Incarnation, changes.Epoch, streams);
    }
}
