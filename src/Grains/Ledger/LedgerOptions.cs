namespace GenOps.ControlPlane.Ledger;

/// <summary>Bounds of the silo's one writer of the ledger.</summary>
public sealed class LedgerOptions
{
    /// <summary>How many entries may wait in all; further appends are refused as overloaded.</summary>
    /// <value>50,000; from 1 to 10,000,000.</value>
    public int EntriesQueuedMax { get; set; } = 50_000;

    /// <summary>How many entries of one tenant may wait, so that one tenant's flood leaves room for the others.</summary>
    /// <value>20,000; from 1 to <see cref="EntriesQueuedMax"/>.</value>
    public int EntriesQueuedPerTenantMax { get; set; } = 20_000;

    /// <summary>How much may wait in all, in bytes: an entry's text and 256 for the rest of it.</summary>
    /// <value>64 MiB; from 64 KiB to 16 GiB.</value>
    public long BytesQueuedMax { get; set; } = 64L << 20;

    /// <summary>
    /// How many entries more may wait if they take authority away or stop spending: that is written also while everything
    /// else, grants included, is refused.
    /// </summary>
    /// <value>1,000; from 1 to 100,000.</value>
    public int AuthorityEntriesReserved { get; set; } = 1_000;

    /// <summary>How many bytes more may wait in entries that take authority away or stop spending, counted as for <see cref="BytesQueuedMax"/>.</summary>
    /// <value>4 MiB; from 64 KiB to 256 MiB.</value>
    public long AuthorityBytesReserved { get; set; } = 4L << 20;

    /// <summary>How many entries one commit carries at most. An append is never split: a larger one is a batch of its own.</summary>
    /// <value>2,000; from 1 to 100,000.</value>
    public int EntriesPerBatchMax { get; set; } = 2_000;

    /// <summary>How many bytes one commit carries at most, counted as for <see cref="BytesQueuedMax"/>.</summary>
    /// <value>4 MiB; from 64 KiB to 256 MiB.</value>
    public long BytesPerBatchMax { get; set; } = 4L << 20;

    /// <summary>How many commits are under way at once, each with other streams. What the store allows: SQLite 1.</summary>
    /// <value>1; from 1 to 8.</value>
    public int CommitsAtOnceMax { get; set; } = 1;

    /// <summary>
    /// Whether changes of authority are committed apart from the rest, one commit at a time besides
    /// <see cref="CommitsAtOnceMax"/>. For stores that put changes of authority in a row over all nodes: the rest need not wait there.
    /// </summary>
    /// <value>false; PostgreSQL: always true.</value>
    public bool AuthorityGoesApart { get; set; }

    /// <summary>
    /// How long a commit waits at most for those to come again who were answered together by the one before it, and never
    /// longer than twice what that one took. Several callers then share a commit instead of following one another; one alone never waits.
    /// </summary>
    /// <value>0, which is not at all; to 100 ms.</value>
    public TimeSpan GatherMax { get; set; }

    /// <summary>How long the store may take to answer one attempt at a commit before its outcome counts as unknown.</summary>
    /// <value>2 seconds; from 10 ms to <see cref="CommitTimeout"/>.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one commit may take over all attempts before its callers are told that its outcome is unknown.</summary>
    /// <value>5 seconds; from 10 ms to 10 minutes.</value>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a commit of unknown outcome is sent in all.</summary>
    /// <value>5; from 1 to 100.</value>
    public int CommitAttemptsMax { get; set; } = 5;

    /// <summary>How long to wait before the second attempt; each further wait is twice as long.</summary>
    /// <value>50 ms; from 1 ms to 10 s.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a stopping silo goes on writing what is queued.</summary>
    /// <value>10 seconds; from 0 to 10 minutes.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
