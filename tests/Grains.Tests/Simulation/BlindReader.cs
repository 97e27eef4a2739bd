using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A broken reader: the epoch advances, and nobody learns what changed.</summary>
internal sealed class BlindReader(ILedgerReader reader) : ILedgerReader
{
    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        reader.ReadStreamAsync(stream, afterSeq, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        reader.ReadAuthorityAsync(stream, afterSeq, cancellationToken);

    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default) =>
        reader.FindEntryAsync(stream, seq, cancellationToken);

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        reader.FindWorkloadAsync(tenant, workload, cancellationToken);

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        reader.ListStreamsAsync(prefix, after, countMax, cancellationToken);

    public async Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        await reader.ReadChangesAsync(after, cancellationToken) with { Streams = [] };

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        reader.ReadPageAsync(filter, after, countMax, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        reader.ReadByStreamAsync(prefix, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken = default) => reader.ProbeAsync(cancellationToken);
}
