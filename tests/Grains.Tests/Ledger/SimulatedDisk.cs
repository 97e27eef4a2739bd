using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>
/// What outlives a crash: the entries, judged by the rules that every store keeps. Written as plainly as possible, so
/// that the other stores can be held against it.
/// </summary>
internal sealed class SimulatedDisk
{
    private readonly Lock _gate = new();
    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<StreamId, List<LedgerEntry>> _streams = [];
    private readonly HashSet<(TenantId Tenant, WorkloadId Workload, long Slot)> _slots = [];
    private readonly List<StreamId> _changes = [];

    public Guid Incarnation { get; init; } = new("5d1b6f0e-2a58-4f43-9d0c-3f5f2f3f7a11");

    /// <summary>Everything, in the order in which it became durable.</summary>
    public ImmutableArray<LedgerEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <summary>The streams that changed authority; the first has epoch 1.</summary>
    public ImmutableArray<StreamId> Changes
    {
        get
        {
            lock (_gate)
                return [.. _changes];
        }
    }

    /// <summary>A backup: it has what is durable now.</summary>
    public SimulatedDisk Copy()
    {
        lock (_gate)
        {
            var copy = new SimulatedDisk { Incarnation = Incarnation };
            copy._entries.AddRange(_entries);
            copy._changes.AddRange(_changes);
            copy._slots.UnionWith(_slots);
            foreach (var (stream, entries) in _streams)
                copy._streams.Add(stream, [.. entries]);
            return copy;
        }
    }

    public ImmutableArray<LedgerEntry> Read(StreamId stream)
    {
        lock (_gate)
            return _streams.TryGetValue(stream, out var entries) ? [.. entries] : [];
    }

    /// <summary>Where the stream ends.</summary>
    public LedgerHead HeadOf(StreamId stream)
    {
        lock (_gate)
            return _streams.TryGetValue(stream, out var entries) ? entries[^1].Head : LedgerHead.Empty;
    }

    /// <summary>Judges each append by itself and in order.</summary>
    public LedgerCommit Apply(IReadOnlyList<IReadOnlyList<StreamAppend>> batch)
    {
        lock (_gate)
        {
            var outcomes = batch.Select(Judge).ToImmutableArray();
            return new LedgerCommit(new Epoch(_changes.Count), outcomes);
        }
    }

    private AppendOutcome Judge(IReadOnlyList<StreamAppend> appends)
    {
        List<LedgerEntry> written = [];
        var present = 0;
        foreach (var append in appends)
        {
            var stream = _streams.GetValueOrDefault(append.Stream, []);
            if (append.Base.Seq > stream.Count || (append.Base.Seq > 0 && stream[(int)append.Base.Seq - 1].Hash != append.Base.Hash))
                return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);

            foreach (var entry in append.Entries)
            {
                if (entry.Seq <= stream.Count)
                {
                    if (stream[(int)entry.Seq - 1].Hash != entry.Hash)
                        return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);

                    present++;
                }
                else
                {
                    if (entry.Workload is { } workload
                        && (_slots.Contains((entry.Stream.Tenant, workload, entry.Slot))
                            || written.Exists(other => other.Workload == workload && other.Slot == entry.Slot && other.Stream.Tenant == entry.Stream.Tenant)))
                        return new AppendOutcome(AppendOutcomeKind.DecisionExists, append.Stream, workload);

                    written.Add(entry);
                }

                if (present > 0 && written.Count > 0)
                    return new AppendOutcome(AppendOutcomeKind.Fenced, append.Stream);
            }
        }

        foreach (var entry in written)
        {
            _entries.Add(entry);
            if (!_streams.TryGetValue(entry.Stream, out var stream))
                _streams.Add(entry.Stream, stream = []);

            stream.Add(entry);
            if (entry.Workload is { } workload)
                _slots.Add((entry.Stream.Tenant, workload, entry.Slot));
        }

        if (written.Count > 0)
            _changes.AddRange(appends.Where(append => append.ChangesAuthority).Select(append => append.Stream));

        return AppendOutcome.Accepted;
    }
}
