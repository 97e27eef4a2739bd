using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Reading over a network: asked late, answered late, and sometimes not at all.</summary>
internal sealed class SimulatedReader(SimulatedWorld world, ILedgerReader reader, Func<double> faultRate) : ILedgerReader
{
    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        LateAsync("stream", reader.ReadStreamAsync(stream, afterSeq, cancellationToken));

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        LateAsync("authority", reader.ReadAuthorityAsync(stream, afterSeq, cancellationToken));

    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default) =>
        LateAsync("entry", () => reader.FindEntryAsync(stream, seq, cancellationToken));

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        LateAsync("workload", () => reader.FindWorkloadAsync(tenant, workload, cancellationToken));

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        LateAsync("streams", () => reader.ListStreamsAsync(prefix, after, countMax, cancellationToken));

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        LateAsync("changes", () => reader.ReadChangesAsync(after, cancellationToken));

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        LateAsync("page", () => reader.ReadPageAsync(filter, after, countMax, cancellationToken));

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        reader.ReadByStreamAsync(prefix, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken = default) => reader.ProbeAsync(cancellationToken);

    private async IAsyncEnumerable<LedgerEntry> LateAsync(string what, IAsyncEnumerable<LedgerEntry> entries)
    {
        var found = await LateAsync(what, async () =>
        {
            var read = new List<LedgerEntry>();
            await foreach (var entry in entries)
                read.Add(entry);
            return read;
        });
        foreach (var entry in found)
            yield return entry;
    }

    private async Task<T> LateAsync<T>(string what, Func<Task<T>> read)
    {
        await world.DelayAsync("read " + what);
        if (world.Chance(faultRate()))
            throw new LedgerStoreException("the connection broke", nothingWritten: true);

        var found = await read();
        await world.DelayAsync("read " + what);
        return found;
    }
}
