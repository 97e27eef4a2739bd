using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>A database that an operator replaces while everything runs, with a restored one say. It counts how often it is asked for changes.</summary>
internal sealed class ReplaceableStore(ILedgerStore first) : ILedgerStore
{
    private volatile ILedgerStore _store = first;
    private int _changesRead;

    /// <summary>How often it was asked for changes.</summary>
    public int ChangesRead => Volatile.Read(ref _changesRead);

    public void Replace(ILedgerStore other) => _store = other;

    public Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken) =>
        _store.CommitAsync(batch, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        _store.ReadStreamAsync(stream, afterSeq, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        _store.ReadAuthorityAsync(stream, afterSeq, cancellationToken);

    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default) =>
        _store.FindEntryAsync(stream, seq, cancellationToken);

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        _store.FindWorkloadAsync(tenant, workload, cancellationToken);

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        _store.ListStreamsAsync(prefix, after, countMax, cancellationToken);

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _changesRead);
        return _store.ReadChangesAsync(after, cancellationToken);
    }

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        _store.ReadPageAsync(filter, after, countMax, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        _store.ReadByStreamAsync(prefix, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken = default) => _store.ProbeAsync(cancellationToken);
}
