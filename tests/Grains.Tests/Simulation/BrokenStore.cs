using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A store that is broken in one way, to prove that the checks can see it.</summary>
internal abstract class BrokenStore(SimulatedLedgerStore store) : ILedgerStore
{
    public virtual Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken) =>
        store.CommitAsync(batch, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        store.ReadStreamAsync(stream, afterSeq, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        store.ReadAuthorityAsync(stream, afterSeq, cancellationToken);

    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default) =>
        store.FindEntryAsync(stream, seq, cancellationToken);

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        store.FindWorkloadAsync(tenant, workload, cancellationToken);

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        store.ListStreamsAsync(prefix, after, countMax, cancellationToken);

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        store.ReadChangesAsync(after, cancellationToken);

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        store.ReadPageAsync(filter, after, countMax, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        store.ReadByStreamAsync(prefix, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken = default) => store.ProbeAsync(cancellationToken);
}
