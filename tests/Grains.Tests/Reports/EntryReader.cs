using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Reports;

/// <summary>Entries of one stream, as the ledger would give them; counts what is looked up one by one.</summary>
internal sealed class EntryReader(IReadOnlyList<LedgerEntry> entries) : ILedgerReader
{
    public int EntriesFound { get; private set; }

    public int WorkloadsFound { get; private set; }

    public async IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId stream, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var entry in entries.Where(entry => entry.Stream == stream && entry.Seq > afterSeq))
            yield return entry;
    }

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(
        StreamId stream, long afterSeq, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default)
    {
        EntriesFound++;
        return Task.FromResult(entries.SingleOrDefault(entry => entry.Stream == stream && entry.Seq == seq));
    }

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(
        TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default)
    {
        WorkloadsFound++;
        return Task.FromResult<ImmutableArray<LedgerEntry>>([.. entries.Where(entry => entry.Workload == workload).Reverse()]);
    }

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(
        string prefix, string? after, int countMax, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(
        EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task ProbeAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
}
