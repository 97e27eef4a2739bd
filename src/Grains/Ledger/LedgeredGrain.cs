using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// An actor whose state is the fold of its ledger stream: snapshot and tail when it loads; then decide in memory,
/// queue the entry, answer when it is durable. It is reentrant, so that many decisions share one commit; between a
/// decision and the queueing of its entry there is no await. When an append fails it forgets everything and reads the
/// ledger again: what it had in memory was built on an entry that is not there.
/// </summary>
/// <typeparam name="TState">The state.</typeparam>
public abstract class LedgeredGrain<TState> : Grain where TState : class, ILedgeredState
{
    private readonly LedgeredGrainServices _services;
    private readonly ILogger _logger;
    private TState? _state;
    private Task? _loading;
    private string? _author;
    private LedgerHead _head;
    private LedgerHead _durable;
    private DateTimeOffset _lastAt;
    private long _generation;
    private AuthorityLabel _label;
    private long _era;
    private int _tail;
    private Task _snapshotting = Task.CompletedTask;
    private Task<Epoch>? _newest;
    private Task<Epoch>? _change;

    /// <summary>
    /// Creates the shell; nothing is read before the first call. What a grain would find in its surroundings is handed
    /// in, so that a simulation can run it without a silo.
    /// </summary>
    protected LedgeredGrain(IGrainContext context, LedgeredGrainServices services) : base(context)
    {
        Stream = new StreamId(context.GrainId.Key.ToString()!);
        _services = services;
        _era = services.Watch.Current.Era;
        _logger = services.LoggerFactory.CreateLogger(GetType());
    }

    /// <summary>The stream: the grain's own key.</summary>
    protected StreamId Stream { get; }

    /// <summary>What the actor knows. Only after <see cref="ReadyAsync"/>, and anew after every await.</summary>
    /// <exception cref="UnavailableException">
    /// It was given up in a turn that came between: an append failed, or another activation changed the stream. Whatever is
    /// asked for again reads the ledger.
    /// </exception>
    protected TState State =>
        _state ?? throw UnavailableException.Unreachable($"what {Stream} knew was given up a moment ago; send the same request again");

    /// <summary>The actor's instant: it never runs behind the last entry.</summary>
    protected DateTimeOffset Now
    {
        get
        {
            var now = EntryText.Truncate(_services.Time.GetUtcNow());
            return now > _lastAt ? now : _lastAt;
        }
    }

    /// <summary>The clock.</summary>
    protected TimeProvider Time => _services.Time;

    /// <summary>Reads the ledger.</summary>
    protected ILedgerReader Reader => _services.Reader;

    /// <summary>What changed authority, as far as this silo knows.</summary>
    protected AuthorityWatch Watch => _services.Watch;

    /// <summary>When the state was read: what happened before may be in the ledger only.</summary>
    protected DateTimeOffset LoadedAt { get; private set; }

    /// <summary>The newest entry that is known to be durable.</summary>
    protected LedgerHead DurableHead => _durable;

    /// <summary>Whether anything else than this activation changed the stream's authority since it was read, or the ledger is another by now.</summary>
    protected bool IsStale => !Watch.Current.IsCurrent(Stream, _label);

    /// <summary>Whether a change of authority stands in the state and is not durable yet: nobody may act on it.</summary>
    protected bool IsChanging => _change is { IsCompletedSuccessfully: false };

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Only what is durable and whole: an activation that was poisoned has nothing worth keeping.
        await _snapshotting;
        if (_state is { } state && _tail > 0 && _durable == _head)
            await WriteSnapshotAsync(_head, state.Save());
    }

    /// <summary>A state without entries.</summary>
    protected abstract TState Empty();

    /// <summary>Called when the state was read.</summary>
    protected virtual void OnLoaded()
    {
    }

    /// <summary>Called when <paramref name="content"/> was queued and taken into the state.</summary>
    protected virtual void OnAppended(LedgerEvent content)
    {
    }

    /// <summary>Called after every change of state, durable or not yet.</summary>
    protected virtual void OnChanged()
    {
    }

    /// <summary>
    /// Called when the ledger turned out to be another or an older one, before the state is read from it: whatever else the
    /// actor remembers never happened.
    /// </summary>
    protected virtual void OnLedgerReplaced()
    {
    }

    /// <summary>Makes sure that <see cref="State"/> is what the ledger says.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    protected ValueTask ReadyAsync() =>
        _state is not null && _era == Watch.Current.Era ? ValueTask.CompletedTask : new ValueTask(LoadAsync());

    /// <summary>
    /// Makes sure that <see cref="State"/> has everything that was durable when this was called. Whoever writes finds out
    /// by the fence; whoever would do nothing has to ask.
    /// </summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    protected async ValueTask CurrentAsync()
    {
        await ReadyAsync();
        var head = _head;
        try
        {
            if (await Reader.FindEntryAsync(Stream, head.Seq + 1) is not null && _head == head)
                Forget();
        }
        catch (Exception error) when (error is not GenOpsException)
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }

        await ReadyAsync();
    }

    /// <summary>Makes sure that the state has every change of the stream's authority that this silo knows of, whoever made it.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    protected async ValueTask FreshAsync()
    {
        while (true)
        {
            // What another call has begun to read may be older than what is known by now, so that it is looked at again.
            await ReadyAsync();
            if (!IsStale)
                return;

            // Perhaps the change is this activation's own, on its way back. If it failed, the state is forgotten already.
            if (_newest is { IsCompleted: false } newest)
                await Task.WhenAny(newest);
            if (_state is not null && IsStale && !await IsWholeAsync())
                Forget();
        }
    }

    /// <summary>
    /// Takes the events into the state and queues their entries, before it returns; the task completes when they are
    /// durable, with the epoch of that commit.
    /// </summary>
    /// <exception cref="UnavailableException">Thrown at once: nothing was queued, nothing changed. Or in the task: it is not known what became of it, and the caller sends the same command again.</exception>
    /// <exception cref="DecisionExistsException">In the task: the workload is recorded; look it up.</exception>
    protected Task<Epoch> AppendAsync(params ReadOnlySpan<LedgerEvent> events) => AppendAsync(Now, events);

    /// <inheritdoc cref="AppendAsync(ReadOnlySpan{LedgerEvent})"/>
    /// <param name="decidedAt">The instant of the decision, in this turn: a rule that begins or ends by the clock must not come between.</param>
    /// <param name="events">The events.</param>
    protected Task<Epoch> AppendAsync(DateTimeOffset decidedAt, params ReadOnlySpan<LedgerEvent> events)
    {
        var at = decidedAt > _lastAt ? decidedAt : _lastAt;
        var head = _head;
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>(events.Length);
        var changesAuthority = false;
        var takesAway = true;
        foreach (var content in events)
        {
            State.Verify(content, at);
            var entry = EntryText.Compose(Stream, head, content, at, _author ??= Author());
            entries.Add(entry);
            head = entry.Head;
            changesAuthority |= content.ChangesAuthority;
            takesAway &= content.TakesAway;
        }

        var appended = _services.Ledger.AppendAllAsync([new StreamAppend(Stream, _head, entries.MoveToImmutable(), changesAuthority, takesAway)]);
        try
        {
            foreach (var content in events)
                State.Apply(content, at);
        }
        catch (Exception error)
        {
            // The entry is queued and the state can't follow it: a defect. Better to read the ledger than to go on.
            LedgeredGrainLog.CannotFollow(_logger, error, Stream);
            Forget();
            throw;
        }

        if (changesAuthority)
            _change = appended;
        _head = head;
        _lastAt = at;
        _tail += events.Length;
        var snapshot = TakeSnapshot();
        foreach (var content in events)
            OnAppended(content);
        OnChanged();
        return _newest = FinishAsync(appended, _generation, head, changesAuthority, snapshot);
    }

    /// <summary>
    /// Completes when everything queued so far is durable: what an actor has in memory is told to nobody before.
    /// </summary>
    /// <exception cref="UnavailableException">It did not become durable.</exception>
    protected async ValueTask<Epoch> DurableAsync()
    {
        try
        {
            return _newest is { } newest ? await newest : Watch.Current.Epoch;
        }
        catch (DecisionExistsException error)
        {
            throw UnavailableException.Unreachable($"an entry in front did not become durable; send the same request again: {error.Message}");
        }
    }

    /// <summary>Completes when every change of authority in the state is durable, or was taken out of it again.</summary>
    protected async ValueTask ChangedAsync()
    {
        while (IsChanging)
        {
            await ((Task)_change!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

            // If it failed, the state is forgotten in a turn that stands in line already.
            await Task.Yield();
        }
    }

    /// <summary>Forgets the state; the next call reads the ledger.</summary>
    protected void Forget()
    {
        _generation++;
        _newest = null;
        _change = null;
        _state = null;
    }

    /// <summary>
    /// Whether the ledger has nothing behind what this activation has: then the change was its own, and the state is as
    /// good as if it had been read now. Also true if the state was forgotten meanwhile, and there is nothing to forget.
    /// </summary>
    private async ValueTask<bool> IsWholeAsync()
    {
        var (label, generation, head) = (Watch.Current.Label, _generation, _head);
        if (head != _durable || label.Era != _label.Era)
            return false;

        LedgerEntry? behind;
        try
        {
            behind = await Reader.FindEntryAsync(Stream, head.Seq + 1);
        }
        catch (Exception error) when (error is not GenOpsException)
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }

        if (generation != _generation)
            return true;

        // An entry that this activation wrote since is no other's: then the next look tells.
        if (behind is not null)
            return head != _head;
        _label = label;
        return true;
    }

    private async Task<Epoch> FinishAsync(Task<Epoch> appended, long generation, LedgerHead head, bool changesAuthority, byte[]? snapshot)
    {
        try
        {
            var epoch = await appended;
            if (generation == _generation)
            {
                // It says nothing of what stands behind it: a commit that was sent twice brings the epoch of the second time.
                if (head.Seq > _durable.Seq)
                    _durable = head;
            }

            // What changed here is known to this silo before anybody is told that it changed.
            if (changesAuthority)
            {
                _services.Nudge?.Send(epoch);
                await Watch.CatchUpAsync(epoch);
            }

            if (snapshot is not null)
                _snapshotting = WriteSnapshotAsync(head, snapshot);
            return epoch;
        }
        catch (LedgerException error)
        {
            if (generation == _generation)
            {
                LedgeredGrainLog.AppendFailed(_logger, Stream, head.Seq, error.Message);
                Forget();
                if (error is LedgerFencedException)
                {
                    // Perhaps another activation of this actor is alive. Whoever is asked next reads the ledger.
                    GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "fenced off by another writer of the ledger"));
                }
            }

            if (error is DecisionExistsException)
                throw;
            throw UnavailableException.Unreachable($"the ledger did not take the entry; send the same request again: {error.Message}");
        }
    }

    /// <summary>The same activation, too, is another writer once it has forgotten what it wrote. Most that are loaded never write.</summary>
    private string Author() => $"{GrainContext.ActivationId.ToParsableString().TrimStart('@')[..12]}.{_generation}";

    private async Task LoadAsync()
    {
        while (true)
        {
            // No await from here to the beginning of the reading: what is read is of this era or is thrown away.
            if (_era != Watch.Current.Era)
            {
                LedgeredGrainLog.LedgerReplaced(_logger, Stream, _head.Seq);
                _era = Watch.Current.Era;
                Forget();
                OnLedgerReplaced();
            }

            if (_state is not null)
                return;

            var loading = _loading ??= FoldAsync();
            try
            {
                await loading;
            }
            catch (UnavailableException error) when (error.Code == UnavailableException.BuildTooOldCode)
            {
                // This stream is refused, and no other, until its actor is on a newer node: when this one is replaced, since
                // the place goes by the name.
                LedgeredGrainLog.BuildTooOld(_logger, Stream, error.Message);
                GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "a later build wrote to the stream"));
                throw;
            }
            catch (Exception error) when (error is not UnavailableException)
            {
                LedgeredGrainLog.CannotLoad(_logger, error, Stream);
                throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
            }
            finally
            {
                if (_loading == loading)
                    _loading = null;
            }
        }
    }

    private async Task FoldAsync()
    {
        var generation = _generation;

        // The label is older than anything read under it: a change in between shows as newer.
        var label = Watch.Current.Label;
        var (state, from) = await RestoreAsync();
        var (head, lastAt, tail) = (from, DateTimeOffset.MinValue, 0);
        try
        {
            (head, lastAt, tail) = await FoldAsync(state, from);
        }
        catch (Exception error) when (from.Seq > 0 && error is InvariantViolationException or InvalidDataException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            // What does not follow from the snapshot may well follow from the entries alone.
            LedgeredGrainLog.SnapshotDiscarded(_logger, Stream, from.Seq, error.Message);
            state = Empty();
            (head, lastAt, tail) = await FoldAsync(state, LedgerHead.Empty);
        }

        if (generation != _generation)
            return;

        _author = null;
        _head = head;
        _durable = head;
        _lastAt = lastAt > _lastAt ? lastAt : _lastAt;
        _tail = tail;
        _label = label;
        _state = state;
        LoadedAt = Time.GetUtcNow();
        OnLoaded();
        OnChanged();
    }

    private async Task<(LedgerHead Head, DateTimeOffset LastAt, int Count)> FoldAsync(TState state, LedgerHead head)
    {
        var lastAt = DateTimeOffset.MinValue;
        var count = 0;
        await foreach (var entry in Reader.ReadStreamAsync(Stream, head.Seq))
        {
            if (entry.Seq != head.Seq + 1 || entry.Previous != head.Hash)
                throw new InvalidDataException($"{Stream} #{entry.Seq}: does not follow #{head.Seq}; run the verification of the ledger");

            state.Apply(EntryText.Read(entry), entry.At);
            head = entry.Head;
            lastAt = entry.At;
            count++;
        }

        return (head, lastAt, count);
    }

    private async Task<(TState State, LedgerHead Head)> RestoreAsync()
    {
        if (await _services.Snapshots.ReadAsync(GrainContext.GrainId) is { } snapshot)
        {
            var entry = await Reader.FindEntryAsync(Stream, snapshot.HeadNumber);
            if (entry is not null && snapshot.HeadHash.AsSpan().SequenceEqual(entry.Hash.ToArray()))
            {
                try
                {
                    var state = Empty();
                    state.Restore(snapshot.Payload);
                    _lastAt = entry.At > _lastAt ? entry.At : _lastAt;
                    return (state, entry.Head);
                }
                catch (InvalidDataException error)
                {
                    LedgeredGrainLog.SnapshotDiscarded(_logger, Stream, snapshot.HeadNumber, error.Message);
                }
            }
            else
            {
                LedgeredGrainLog.SnapshotDiscarded(_logger, Stream, snapshot.HeadNumber, "the ledger has another entry there");
            }
        }

        return (Empty(), LedgerHead.Empty);
    }

    private byte[]? TakeSnapshot()
    {
        if (_tail < Math.Max(_services.Options.SnapshotEntriesMin, State.Weight) || !_snapshotting.IsCompleted)
            return null;

        _tail = 0;
        return State.Save();
    }

    private async Task WriteSnapshotAsync(LedgerHead head, byte[] payload)
    {
        var snapshot = new LedgerSnapshot { HeadNumber = head.Seq, HeadHash = head.Hash.ToArray(), Payload = payload };
        await _services.Snapshots.WriteAsync(GrainContext.GrainId, snapshot);
    }
}
