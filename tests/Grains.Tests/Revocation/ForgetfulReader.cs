using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A broken reader: whatever was once read of an agent's authority is all that is ever read of it.</summary>
internal sealed class ForgetfulReader(ILedgerReader reader) : ILedgerReader
{
    public IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        reader.ReadStreamAsync(stream, afterSeq, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default) =>
        reader.ReadAuthorityAsync(stream, afterSeq == 0 ? 0 : long.MaxValue, cancellationToken);

    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default) =>
        reader.FindEntryAsync(stream, seq, cancellationToken);

    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        reader.FindWorkloadAsync(tenant, workload, cancellationToken);

    public Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        reader.ListStreamsAsync(prefix, after, countMax, cancellationToken);

    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        reader.ReadChangesAsync(after, cancellationToken);

    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        reader.ReadPageAsync(filter, after, countMax, cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default) =>
        reader.ReadByStreamAsync(prefix, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken = default) => reader.ProbeAsync(cancellationToken);
}
