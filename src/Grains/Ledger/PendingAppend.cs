using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>An append on its way, and the promise to its caller.</summary>
internal sealed class PendingAppend : TaskCompletionSource<Epoch>
{
    /// <summary>What an entry weighs beside its text, in bytes.</summary>
    private const int EntryOverheadBytes = 256;

    /// <param name="appends">What to write; not changed by the caller any more.</param>
    /// <param name="queuedAt">The clock's timestamp.</param>
    /// <exception cref="ArgumentException">The entries don't follow from their base: a bug of the caller.</exception>
    public PendingAppend(IReadOnlyList<StreamAppend> appends, long queuedAt)
        : base(TaskCreationOptions.RunContinuationsAsynchronously) // a caller's turn never runs on the writer's thread
    {
        Appends = appends;
        QueuedAt = queuedAt;
        if (appends.Count == 0)
            throw new ArgumentException("nothing to append", nameof(appends));

        for (var index = 0; index < appends.Count; index++)
        {
            Check(appends[index]);
            for (var other = 0; other < index; other++)
            {
                if (appends[other].Stream == appends[index].Stream)
                    throw new ArgumentException($"stream {appends[index].Stream} is named twice", nameof(appends));
            }

            Entries += appends[index].Entries.Length;
            TakesAway &= appends[index].TakesAway;
            ChangesAuthority |= appends[index].ChangesAuthority;
            foreach (var entry in appends[index].Entries)
                Bytes += entry.Text.Length + EntryOverheadBytes;
        }
    }

    /// <summary>What to write.</summary>
    public IReadOnlyList<StreamAppend> Appends { get; }

    /// <summary>The clock's timestamp when it was queued.</summary>
    public long QueuedAt { get; }

    /// <summary>Whether all of it takes away: a grant that came along would use up the room that is kept for revocations.</summary>
    public bool TakesAway { get; } = true;

    /// <summary>Whether any of it advances the cluster's epoch.</summary>
    public bool ChangesAuthority { get; }

    /// <summary>How many entries it has.</summary>
    public int Entries { get; }

    /// <summary>What it weighs.</summary>
    public long Bytes { get; }

    /// <summary>The queues that it stands in, one for each of <see cref="Appends"/>.</summary>
    public StreamQueue[] Queues { get; set; } = [];

    /// <summary>Whether it was given up unwritten, because one in front of it failed.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Whether the two have a stream in common.</summary>
    public bool SharesStreamWith(PendingAppend other)
    {
        foreach (var part in Appends)
        {
            foreach (var otherPart in other.Appends)
            {
                if (part.Stream == otherPart.Stream)
                    return true;
            }
        }

        return false;
    }

    private static void Check(StreamAppend append)
    {
        if (append.Entries.IsDefaultOrEmpty)
            throw new ArgumentException($"stream {append.Stream}: no entries to append");

        if (append.Base.Seq < 0 || (append.Base.Seq == 0) != (append.Base.Hash == EntryHash.None))
            throw new ArgumentException($"stream {append.Stream}: {append.Base} is no head of a stream");

        var head = append.Base;
        foreach (var entry in append.Entries)
        {
            if (entry.Stream != append.Stream || entry.Seq != head.Seq + 1 || entry.Previous != head.Hash)
                throw new ArgumentException($"stream {append.Stream}: entry {entry.Seq} of {entry.Stream} does not follow from number {head.Seq}");

            head = entry.Head;
        }
    }
}
