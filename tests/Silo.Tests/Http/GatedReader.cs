using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>The node's ledger, whose single entries are found only once the test lets them be.</summary>
internal sealed class GatedReader(ILedgerStore ledger) : ILedgerReader
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first entry is asked for.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Lets entries be found.</summary>
    public void Open() => _open.TrySetResult();

    public async Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default)
    {
        // Whether there is a newer entry is asked by actors all the time, and mostly there is none.
        if (await ledger.FindEntryAsync(stream, seq, cancellationToken) is not { } entry)
            return null;

        _asked.TrySetResult();
        await _open.Task.WaitAsync(cancellationToken);
        return entry;
    }

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        ledger.ReadAuthorityAsync(stream, afterSeq, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        ledger.ReadStreamAsync(stream, afterSeq, cancellationToken);

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        ledger.FindWorkloadAsync(tenant, workload, cancellationToken);

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        ledger.ListStreamsAsync(prefix, after, countMax, cancellationToken);

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        ledger.ReadChangesAsync(after, cancellationToken);

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        ledger.ReadPageAsync(filter, after, countMax, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        ledger.ReadByStreamAsync(prefix, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken = default) => ledger.ProbeAsync(cancellationToken);
}
