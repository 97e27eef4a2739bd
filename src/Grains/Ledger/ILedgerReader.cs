using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Reads the ledger, in short transactions of its own.</summary>
public interface ILedgerReader
{
    /// <summary>The entries of a stream after number <paramref name="afterSeq"/>, in order.</summary>
    IAsyncEnumerable<LedgerEntry> ReadStreamAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default);

    /// <summary>
    /// The entries of a stream after number <paramref name="afterSeq"/> that are of <see cref="LedgerKinds.OfAuthority"/>,
    /// in order, without reading what lies between them.
    /// </summary>
    IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(StreamId stream, long afterSeq, CancellationToken cancellationToken = default);

    /// <summary>One entry; null if it is not there.</summary>
    Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default);

    /// <summary>Every entry about a workload, the one that decides first, then by stream and number.</summary>
    Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default);

    /// <summary>The streams whose names start with <paramref name="prefix"/>, by name, after <paramref name="after"/>.</summary>
    Task<ImmutableArray<StreamId>> ListStreamsAsync(string prefix, string? after, int countMax, CancellationToken cancellationToken = default);

    /// <summary>What changed authority after <paramref name="after"/>.</summary>
    Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default);

    /// <summary>
    /// A page of all entries in the order in which they became durable, after <paramref name="after"/> (0 for the first).
    /// Nothing that commits late is ever skipped, unless <see cref="EntryFilter.IncludeUnsettled"/> is asked for.
    /// </summary>
    Task<ImmutableArray<PlacedEntry>> ReadPageAsync(EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default);

    /// <summary>Every entry by stream and number, for verification.</summary>
    IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Whether the store can be read now; throws if not.</summary>
    Task ProbeAsync(CancellationToken cancellationToken = default);
}
