using System.Collections.Immutable;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A broken store: what was decided on an old head is written behind the present one, as a store that only counts would.</summary>
internal sealed class UnfencedStore(SimulatedLedgerStore store, SimulatedDisk disk) : BrokenStore(store)
{
    public override Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<StreamId, LedgerHead>();
        return base.CommitAsync([.. batch.Select(append => (IReadOnlyList<StreamAppend>)[.. append.Select(Rebase)])], cancellationToken);

        StreamAppend Rebase(StreamAppend append)
        {
            var start = heads.TryGetValue(append.Stream, out var known) ? known : disk.HeadOf(append.Stream);
            var head = start;
            var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
            foreach (var entry in append.Entries)
            {
                entries.Add(EntryText.Compose(entry.Stream, head, EntryText.Read(entry), entry.At));
                head = entries[^1].Head;
            }

            heads[append.Stream] = head;
            return append with { Base = start, Entries = entries.ToImmutable() };
        }
    }
}
