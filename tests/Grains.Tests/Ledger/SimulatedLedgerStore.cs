using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>
/// A store that fails in every way that a database behind a network can, all of it decided by the seed. Nothing happens
/// by itself: each <see cref="Step"/> lets one message, chosen at random, arrive. A test that makes its calls and its
/// steps on one thread without a synchronization context runs the same every time; <paramref name="runsByItself"/>
/// steps on the thread pool instead.
/// </summary>
/// <param name="disk">What outlives this store.</param>
/// <param name="seed">Decides everything.</param>
/// <param name="faultRate">How much of all commits meets another fate than <see cref="SimulatedFate.Delivered"/>; from 0 to 1.</param>
/// <param name="runsByItself">Whether messages arrive without anybody calling <see cref="Step"/>.</param>
internal sealed class SimulatedLedgerStore(SimulatedDisk disk, int seed, double faultRate = 0, bool runsByItself = false) : ILedgerStore
{
    private static readonly SimulatedFate[] Faults = [.. Enum.GetValues<SimulatedFate>().Where(fate => fate != SimulatedFate.Delivered)];

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly List<Message> _messages = [];
    private readonly Queue<SimulatedFate> _script = new();
    private bool _isCrashed;

    /// <summary>How much of all commits meets a fault.</summary>
    public double FaultRate { get; set; } = faultRate;

    /// <summary>Entries that the database refuses outright, and with them every batch that holds one.</summary>
    public Predicate<LedgerEntry> Refuses { get; set; } = _ => false;

    /// <summary>Every batch that was sent, in order, by the streams of its appends.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>How many messages are under way.</summary>
    public int UnderWay
    {
        get
        {
            lock (_gate)
                return _messages.Count;
        }
    }

    /// <summary>The fates of the next commits, in order; chance decides after them.</summary>
    public void Script(params ReadOnlySpan<SimulatedFate> fates)
    {
        foreach (var fate in fates)
            _script.Enqueue(fate);
    }

    /// <summary>Lets one message arrive, chosen at random; false if none is under way.</summary>
    public bool Step()
    {
        Message message;
        lock (_gate)
        {
            if (_messages.Count == 0)
                return false;

            var index = _random.Next(_messages.Count);
            message = _messages[index];
            _messages.RemoveAt(index);
        }

        message.Arrive();
        return true;
    }

    /// <summary>The process ends now: what is under way to the disk arrives or is lost at random, and this store is of no more use.</summary>
    public void Crash()
    {
        List<Message> lost;
        lock (_gate)
        {
            _isCrashed = true;
            lost = [.. _messages];
            _messages.Clear();
        }

        foreach (var message in lost)
            message.Lose(_random.Next(2) == 0);
    }

    /// <inheritdoc/>
    public Task<LedgerCommit> CommitAsync(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, CancellationToken cancellationToken)
    {
        ThrowIfCrashed();
        var answer = new TaskCompletionSource<LedgerCommit>();
        lock (_gate)
        {
            Sent.Add(string.Join(' ', batch.Select(append => string.Join('+', append.Select(part => part.Stream.Value)))));
            if (batch.Any(append => append.Any(part => part.Entries.Any(entry => Refuses(entry)))))
                Send(null, () => answer.TrySetException(Refused()));
            else
                Send(NextFate(), batch, answer);
        }

        return answer.Task;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerEntry> ReadStreamAsync(
        StreamId stream, long afterSeq, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfCrashed();
        await Task.CompletedTask;
        foreach (var entry in disk.Read(stream).Where(entry => entry.Seq > afterSeq))
            yield return entry;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerEntry> ReadAuthorityAsync(
        StreamId stream, long afterSeq, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entry in ReadStreamAsync(stream, afterSeq, cancellationToken))
        {
            if (LedgerKinds.OfAuthority.Contains(entry.Kind))
                yield return entry;
        }
    }

    /// <inheritdoc/>
    public Task<LedgerEntry?> FindEntryAsync(StreamId stream, long seq, CancellationToken cancellationToken = default) =>
        Read(() => disk.Read(stream).FirstOrDefault(entry => entry.Seq == seq));

    /// <inheritdoc/>
    public Task<ImmutableArray<LedgerEntry>> FindWorkloadAsync(
        TenantId tenant, WorkloadId workload, CancellationToken cancellationToken = default) =>
        Read(() => disk.Entries
            .Where(entry => entry.Workload == workload && entry.Stream.Tenant == tenant)
            .OrderBy(entry => entry.Slot != LedgerSlot.Decision)
            .ThenBy(entry => entry.Stream.Value, StringComparer.Ordinal)
            .ThenBy(entry => entry.Seq)
            .ToImmutableArray());

    /// <inheritdoc/>
    public Task<ImmutableArray<StreamId>> ListStreamsAsync(
        string prefix, string? after, int countMax, CancellationToken cancellationToken = default) =>
        Read(() => disk.Entries
            .Select(entry => entry.Stream)
            .Distinct()
            .Where(stream => stream.Value.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(stream.Value, after) > 0)
            .OrderBy(stream => stream.Value, StringComparer.Ordinal)
            .Take(countMax)
            .ToImmutableArray());

    /// <inheritdoc/>
    public Task<AuthorityChanges> ReadChangesAsync(Epoch after, CancellationToken cancellationToken = default) =>
        Read(() =>
        {
            var changes = disk.Changes;
            var newer = changes.Select((stream, index) => (stream, new Epoch(index + 1))).Where(change => change.Item2 > after);
            return new AuthorityChanges(disk.Incarnation, new Epoch(changes.Length), [.. newer]);
        });

    /// <inheritdoc/>
    public Task<ImmutableArray<PlacedEntry>> ReadPageAsync(
        EntryFilter filter, long after, int countMax, CancellationToken cancellationToken = default) =>
        Read(() => disk.Entries
            .Select((entry, index) => new PlacedEntry(index + 1, entry))
            .Where(placed => placed.Position > after && Matches(filter, placed.Entry))
            .Take(countMax)
            .ToImmutableArray());

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerEntry> ReadByStreamAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfCrashed();
        await Task.CompletedTask;
        foreach (var entry in disk.Entries
            .Where(entry => entry.Stream.Value.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(entry => entry.Stream.Value, StringComparer.Ordinal)
            .ThenBy(entry => entry.Seq))
            yield return entry;
    }

    /// <inheritdoc/>
    public Task ProbeAsync(CancellationToken cancellationToken = default) => Read(() => true);

    private static bool Matches(EntryFilter filter, LedgerEntry entry) =>
        (filter.Tenant is null || entry.Stream.Tenant == filter.Tenant)
        && (filter.Stream is null || entry.Stream == filter.Stream)
        && (filter.Workload is null || entry.Workload == filter.Workload)
        && (filter.From is null || entry.At >= filter.From)
        && (filter.To is null || entry.At < filter.To)
        && (!filter.AuthorityOnly || LedgerKinds.OfAuthority.Contains(entry.Kind));

    private static LedgerStoreException Broken() => new("the connection broke", nothingWritten: false);

    private static LedgerStoreException Refused() => new("the database refused it", nothingWritten: true);

    private SimulatedFate NextFate() =>
        _script.TryDequeue(out var scripted) ? scripted
        : _random.NextDouble() < FaultRate ? Faults[_random.Next(Faults.Length)]
        : SimulatedFate.Delivered;

    private void Send(SimulatedFate fate, IReadOnlyList<IReadOnlyList<StreamAppend>> batch, TaskCompletionSource<LedgerCommit> answer)
    {
        var breaks = () => { answer.TrySetException(Broken()); };
        switch (fate)
        {
            case SimulatedFate.RequestLost:
                Send(null, breaks);
                break;
            case SimulatedFate.AnswerLost:
                Send(() => disk.Apply(batch), () => Send(null, breaks), breaks);
                break;
            case SimulatedFate.ArrivesLate:
                Send(() => disk.Apply(batch));
                Send(null, breaks);
                break;
            case SimulatedFate.Refused:
                Send(null, () => answer.TrySetException(Refused()));
                break;
            case SimulatedFate.NeverAnswered:
                Send(() => disk.Apply(batch), null, breaks);
                break;
            default:
                LedgerCommit? commit = null;
                Send(() => commit = disk.Apply(batch), () => Send(null, () => answer.TrySetResult(commit!), breaks), breaks);
                if (fate == SimulatedFate.ArrivesTwice)
                    Send(() => disk.Apply(batch));

                break;
        }
    }

    private void Send(Action? atDisk, Action? then = null, Action? ifLost = null)
    {
        lock (_gate)
            _messages.Add(new Message(atDisk, then, ifLost ?? then));

        if (runsByItself)
            ThreadPool.UnsafeQueueUserWorkItem(static store => store.Step(), this, preferLocal: false);
    }

    private Task<T> Read<T>(Func<T> read)
    {
        ThrowIfCrashed();
        return Task.FromResult(read());
    }

    private void ThrowIfCrashed()
    {
        lock (_gate)
        {
            if (_isCrashed)
                throw new LedgerStoreException("the process is gone", nothingWritten: false);
        }
    }

    private sealed record Message(Action? AtDisk, Action? Then, Action? IfLost)
    {
        public void Arrive()
        {
            AtDisk?.Invoke();
            Then?.Invoke();
        }

        public void Lose(bool reachesTheDisk)
        {
            if (reachesTheDisk)
                AtDisk?.Invoke();

            IfLost?.Invoke();
        }
    }
}
