using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tenants;

/// <summary>A ledger of one stream, every entry of which changes authority. It counts the entries that are read.</summary>
internal sealed class TenantStream(StreamId stream) : ILedgerReader
{
    private readonly List<LedgerEntry> _entries = [];
    private readonly Guid _incarnation = Guid.Parse("0199a5f0-7c3b-7d21-9d3e-000000000001");

    /// <summary>How many entries were read.</summary>
    public int EntriesRead { get; private set; }

    public void Append(LedgerEvent content, DateTimeOffset at) =>
        _entries.Add(EntryText.Compose(stream, _entries.Count == 0 ? LedgerHead.Empty : _entries[^1].Head, content, at));

    public void Forge(int index, LedgerEvent content, DateTimeOffset at) =>
        _entries[index] = EntryText.Compose(stream, index == 0 ? LedgerHead.Empty : _entries[index - 1].Head, content, at);

    public async IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId asked, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var entry in _entries.Where(entry => asked == stream && entry.Seq > afterSeq).ToArray())
        {
            await Task.Yield();
            EntriesRead++;
            yield return entry;
        }
    }

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId asked, long afterSeq, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        Task.FromResult(new AuthorityChanges(_incarnation, new Epoch(_entries.Count), [(stream, new Epoch(_entries.Count))]));

    public Task<LedgerEntry?> FindEntryAsync(StreamId asked, long seq, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task ProbeAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
