using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Changes of authority, read at one instant.</summary>
/// <param name="Incarnation">The ledger's own random id: another one means that this is another ledger, a restored one say.</param>
/// <param name="Epoch">The epoch that the reading is complete up to.</param>
/// <param name="Streams">Each stream that changed, with the epoch of the change, in order.</param>
public sealed record AuthorityChanges(
    Guid Incarnation, Epoch Epoch, ImmutableArray<(StreamId Stream, Epoch Epoch)> Streams);
