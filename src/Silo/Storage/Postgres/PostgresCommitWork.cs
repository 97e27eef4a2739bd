using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>One batch on its way to the database, on one connection.</summary>
internal sealed class PostgresCommitWork(
    IReadOnlyList<IReadOnlyList<StreamAppend>> batch, PostgresCommitSession session, bool changesAuthority)
{
    // Each time, what stood in the way has been committed by another writer in between.
    private const int AttemptsMax = 10;

    private readonly AppendOutcome[] _outcomes = new AppendOutcome[batch.Count];
    private bool _wasThere;
    private Guid _incarnation;
    private long _epoch;

    /// <summary>Whether some of the batch is durable: then its failure does not mean that nothing was written.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Commits what can be.</summary>
    public async Task<LedgerCommit> CommitAsync(CancellationToken cancellationToken)
    {
        await session.FollowTimelineAsync(cancellationToken).ConfigureAwait(false);
        var (units, odd) = Divide();
        var rejected = await TryAllAsync(units, cancellationToken).ConfigureAwait(false);
        rejected.AddRange(odd);
        rejected.Sort(static (one, other) => one.Appends[0].CompareTo(other.Appends[0]));
        var present = await FindPresentAsync(rejected, cancellationToken).ConfigureAwait(false);
        foreach (var unit in rejected)
        {
            var missing = unit.Appends.FindAll(index => !present.Contains(index));
            if (missing.Count == 0)
                continue;
            if (missing is [var index] && !unit.IsOdd)
                await JudgeAsync(index, [], cancellationToken).ConfigureAwait(false);
            else
                await JudgeInPartsAsync(missing, [], isWhole: missing.Count == unit.Appends.Count, cancellationToken).ConfigureAwait(false);
        }

        if (_wasThere)
            await session.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        return new LedgerCommit(new Epoch(_epoch), [.. _outcomes], _incarnation);
    }

    /// <summary>
    /// Which appends of rejected units are there already, from an attempt whose answer was lost: then most of a batch is,
    /// and one question finds them all. An append is there if its last entries are: each entry's hash covers all before it.
    /// </summary>
    private async Task<HashSet<int>> FindPresentAsync(List<PostgresCommitUnit> rejected, CancellationToken cancellationToken)
    {
        HashSet<int> present = [];
        var indexes = rejected.Where(unit => !unit.IsOdd).SelectMany(unit => unit.Appends).ToArray();
        if (indexes.Length == 0)
            return present;

        var lasts = indexes.SelectMany(index => batch[index].Select(append => append.Entries[^1])).ToArray();
        var there = await session.ExplainAsync(
            [.. lasts.Select(entry => entry.Stream.Value)], [.. lasts.Select(entry => entry.Seq)], [], [], [], cancellationToken).ConfigureAwait(false);
        See(there.Incarnation, there.Epoch);
        var place = 0;
        foreach (var index in indexes)
        {
            var isThere = true;
            foreach (var append in batch[index])
                isThere &= there.Hashes[place++] is { } hash && new EntryHash(hash) == append.Entries[^1].Hash;
            if (isThere)
                present.Add(index);
        }

        _wasThere |= present.Count > 0;
        return present;
    }

    /// <summary>Appends that hang together become one unit; what contradicts its own batch is put aside.</summary>
    private (List<PostgresCommitUnit> Units, List<PostgresCommitUnit> Odd) Divide()
    {
        if (batch.Count == 1 && batch[0].Count == 1)
        {
            var alone = new PostgresCommitUnit { IsOdd = HasTwins(batch[0]) };
            alone.Add(0, batch[0]);
            return alone.IsOdd ? ([], [alone]) : ([alone], []);
        }

        var byStream = new Dictionary<StreamId, PostgresCommitUnit>();
        for (var index = 0; index < batch.Count; index++)
        {
            PostgresCommitUnit? unit = null;
            foreach (var append in batch[index])
            {
                if (!byStream.TryGetValue(append.Stream, out var other) || other == unit)
                    continue;

                if (unit is null)
                {
                    unit = other;
                    continue;
                }

                unit.Absorb(other);
                foreach (var stream in other.Heads.Keys)
                    byStream[stream] = unit;
            }

            unit ??= new PostgresCommitUnit();
            unit.Add(index, batch[index]);
            foreach (var append in batch[index])
                byStream[append.Stream] = unit;
        }

        var slots = new HashSet<(TenantId, WorkloadId, long)>();
        List<PostgresCommitUnit> units = [];
        List<PostgresCommitUnit> odd = [];
        foreach (var unit in byStream.Values.Distinct().OrderBy(unit => unit.Appends[0]))
        {
            // Also one that is odd already marks its slots, so that whoever else wants them waits for its outcome.
            foreach (var index in unit.Appends)
                unit.IsOdd |= TakesTwice(batch[index], slots);

            (unit.IsOdd ? odd : units).Add(unit);
        }

        return (units, odd);
    }

    private static bool HasTwins(IReadOnlyList<StreamAppend> appends) =>
        appends[0].Entries.Length > 1 && TakesTwice(appends, []);

    private static bool TakesTwice(IReadOnlyList<StreamAppend> appends, HashSet<(TenantId, WorkloadId, long)> slots)
    {
        var takesTwice = false;
        foreach (var append in appends)
        {
            foreach (var entry in append.Entries)
            {
                if (PostgresCommitBatch.MayCollide(entry))
                    takesTwice |= !slots.Add((append.Stream.Tenant, entry.Workload!.Value, entry.Slot));
            }
        }

        return takesTwice;
    }

    /// <summary>Tries units together, and in ever smaller groups while other writers get in their way. Gives those that were rejected.</summary>
    private async Task<List<PostgresCommitUnit>> TryAllAsync(List<PostgresCommitUnit> units, CancellationToken cancellationToken)
    {
        List<PostgresCommitUnit> rejected = [];
        var groups = new Stack<List<PostgresCommitUnit>>();
        if (units.Count > 0)
            groups.Push(units);

        var attempts = 0;
        while (groups.TryPop(out var group))
        {
            if (await TryAsync(group, cancellationToken).ConfigureAwait(false) is { } answer)
            {
                foreach (var number in answer.Rejected)
                    rejected.Add(group[number]);

                attempts = 0;
                continue;
            }

            if (group.Count > 1)
            {
                var half = group.Count / 2;
                groups.Push(group[half..]);
                groups.Push(group[..half]);
            }
            else if (++attempts < AttemptsMax)
            {
                groups.Push(group); // what it collided with is there to be seen now
            }
            else
            {
                throw new LedgerStoreException($"other writers got in the way of {batch[group[0].Appends[0]][0].Stream} {attempts} times", nothingWritten: false);
            }
        }

        return rejected;
    }

    /// <summary>One statement; null if another writer's commit collided with it, so that nothing was written.</summary>
    private async Task<PostgresCommitAnswer?> TryAsync(List<PostgresCommitUnit> units, CancellationToken cancellationToken)
    {
        try
        {
            PostgresCommitAnswer answer;
            if (!changesAuthority && units.Count == 1 && units[0].Appends.Count == 1 && batch[units[0].Appends[0]] is [{ Entries.Length: 1 } lone])
            {
                answer = await session.CommitOneAsync(lone, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var arrays = new PostgresCommitBatch(batch, units);
                answer = changesAuthority
                    ? await session.CommitAuthorityAsync(arrays, cancellationToken).ConfigureAwait(false)
                    : await session.CommitManyAsync(arrays, cancellationToken).ConfigureAwait(false);
            }

            HasWritten |= answer.Rejected.Length < units.Count;
            See(answer.Incarnation, answer.Epoch);
            return answer;
        }
        catch (PostgresException exception) when (exception is
            { InvariantSeverity: "ERROR", SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure })
        {
            return null;
        }
    }

    /// <summary>Finds which appends of a unit are at fault. What builds on one of those has no chance, and is not tried.</summary>
    /// <param name="appends">The appends.</param>
    /// <param name="lost">The heads of those at fault.</param>
    /// <param name="isWhole">Whether all of them together were rejected already, or contradict themselves.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task JudgeInPartsAsync(List<int> appends, HashSet<(StreamId, LedgerHead)> lost, bool isWhole, CancellationToken cancellationToken)
    {
        var parts = new Stack<List<int>>();
        parts.Push(appends);
        while (parts.TryPop(out var part))
        {
            if (part.Count == 1)
            {
                await JudgeAsync(part[0], lost, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var unit = isWhole ? null : Unite(part, lost);
            isWhole = false;
            if (unit is not null && (await TryAllAsync([unit], cancellationToken).ConfigureAwait(false)).Count == 0)
                continue;

            var half = part.Count / 2;
            parts.Push(part[half..]);
            parts.Push(part[..half]);
        }
    }

    /// <summary>These appends as one unit; null if they can't be accepted as one.</summary>
    private PostgresCommitUnit? Unite(List<int> appends, HashSet<(StreamId, LedgerHead)> lost)
    {
        var unit = new PostgresCommitUnit();
        var slots = new HashSet<(TenantId, WorkloadId, long)>();
        foreach (var index in appends)
        {
            foreach (var append in batch[index])
            {
                if (lost.Contains((append.Stream, append.Base)))
                    return null;
            }

            unit.Add(index, batch[index]);
            if (unit.IsOdd || TakesTwice(batch[index], slots))
                return null;
        }

        return unit;
    }

    private async Task JudgeAsync(int index, HashSet<(StreamId, LedgerHead)> lost, CancellationToken cancellationToken)
    {
        var appends = batch[index];
        var unit = new PostgresCommitUnit();
        unit.Add(index, appends);
        if (appends.FirstOrDefault(append => lost.Contains((append.Stream, append.Base))) is { } behind)
            _outcomes[index] = new AppendOutcome(AppendOutcomeKind.Fenced, behind.Stream);
        else if (TakesTwice(appends, []) || (await TryAllAsync([unit], cancellationToken).ConfigureAwait(false)).Count > 0)
            await ExplainAsync(unit, cancellationToken).ConfigureAwait(false);

        if (_outcomes[index].Kind != AppendOutcomeKind.Accepted)
        {
            foreach (var append in appends)
                lost.Add((append.Stream, append.Entries[^1].Head));
        }
    }

    /// <summary>Says why an append was rejected, or finds that it is there already, from an attempt whose answer was lost.</summary>
    private async Task ExplainAsync(PostgresCommitUnit unit, CancellationToken cancellationToken)
    {
        var index = unit.Appends[0];
        for (var attempt = 1; ; attempt++)
        {
            if (await JudgeByWhatIsThereAsync(batch[index], cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                _outcomes[index] = outcome;
                return;
            }

            // Nothing is in its way any more that was in its way before: that can't be, unless somebody deletes.
            if (attempt == AttemptsMax)
                throw new LedgerStoreException($"the ledger rejects entries of {batch[index][0].Stream}, and nothing in it says why", nothingWritten: true);

            if ((await TryAllAsync([unit], cancellationToken).ConfigureAwait(false)).Count == 0)
                return;
        }
    }

    /// <summary>The outcome of an append that was rejected; null if nothing stands in its way.</summary>
    private async Task<AppendOutcome?> JudgeByWhatIsThereAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken)
    {
        List<string> streams = [];
        List<long> numbers = [];
        List<string> tenants = [];
        List<Guid> workloads = [];
        List<long> slots = [];
        foreach (var append in appends)
        {
            streams.Add(append.Stream.Value);
            numbers.Add(append.Base.Seq);
            foreach (var entry in append.Entries)
            {
                streams.Add(append.Stream.Value);
                numbers.Add(entry.Seq);
                if (PostgresCommitBatch.MayCollide(entry))
                {
                    tenants.Add(append.Stream.Tenant.Value);
                    workloads.Add(entry.Workload!.Value.Value);
                    slots.Add(entry.Slot);
                }
            }
        }

        var there = await session.ExplainAsync([.. streams], [.. numbers], [.. tenants], [.. workloads], [.. slots], cancellationToken).ConfigureAwait(false);
        See(there.Incarnation, there.Epoch);

        var (place, slot) = (0, 0);
        var (present, missing) = (0, 0);
        var taken = new HashSet<(TenantId, WorkloadId, long)>();
        foreach (var append in appends)
        {
            var atBase = there.Hashes[place++];
            if (append.Base.Seq > 0 && (atBase is null || new EntryHash(atBase) != append.Base.Hash))
                return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);

            foreach (var entry in append.Entries)
            {
                var hash = there.Hashes[place++];
                var mayCollide = PostgresCommitBatch.MayCollide(entry);
                var isTaken = mayCollide && (there.SlotsTaken[slot++] || !taken.Add((append.Stream.Tenant, entry.Workload!.Value, entry.Slot)));
                if (hash is not null && new EntryHash(hash) != entry.Hash)
                    return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);

                if (hash is null && isTaken)
                    return new AppendOutcome(AppendOutcomeKind.DecisionExists, append.Stream, entry.Workload);

                if (hash is null)
                    missing++;
                else
                    present++;

                // An append is there whole or not at all, so some of it there means that another writer's append begins alike.
                if (present > 0 && missing > 0)
                    return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);
            }
        }

        if (missing > 0)
            return null;

        _wasThere = true;
        return AppendOutcome.Accepted;
    }

    private void See(Guid incarnation, long epoch)
    {
        _incarnation = incarnation;
        _epoch = Math.Max(_epoch, epoch);
    }
}
