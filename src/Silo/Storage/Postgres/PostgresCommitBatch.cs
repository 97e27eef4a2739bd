using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>Units as the arrays that the commit's statement takes.</summary>
internal sealed class PostgresCommitBatch
{
    /// <summary>What one statement can number.</summary>
    public const int EntriesMax = 1 << 17;

    private int _streams;
    private int _slots;
    private int _entries;
    private int _changes;

    /// <summary>Makes room for what <paramref name="batch"/> has, or less.</summary>
    public PostgresCommitBatch(IReadOnlyList<IReadOnlyList<StreamAppend>> batch, IReadOnlyList<PostgresCommitUnit> units)
    {
        foreach (var unit in units)
        {
            _streams += unit.Heads.Count;
            foreach (var index in unit.Appends)
            {
                foreach (var append in batch[index])
                {
                    _entries += append.Entries.Length;
                    _changes += append.ChangesAuthority ? 1 : 0;
                    foreach (var entry in append.Entries)
                        _slots += MayCollide(entry) ? 1 : 0;
                }
            }
        }

        if (_entries > EntriesMax)
            throw new LedgerStoreException($"{_entries} entries are more than one commit of PostgreSQL takes: {EntriesMax}", nothingWritten: true);

        (StreamUnits, Streams, Bases, BaseHashes) = (new int[_streams], new string[_streams], new long[_streams], new byte[_streams][]);
        (SlotUnits, SlotTenants, SlotWorkloads, SlotNumbers) = (new int[_slots], new string[_slots], new Guid[_slots], new long[_slots]);
        (Units, Ordinals, EntryStreams, Numbers) = (new int[_entries], new int[_entries], new string[_entries], new long[_entries]);
        (Hashes, Tenants, Workloads, Slots) = (new byte[_entries][], new string[_entries], new Guid?[_entries], new long?[_entries]);
        (Instants, OfAuthority, Previous, Kinds) = (new long[_entries], new bool[_entries], new byte[_entries][], new string[_entries]);
        (Texts, ChangeUnits, ChangeStreams) = (new ReadOnlyMemory<byte>[_entries], new int[_changes], new string[_changes]);

        // In the order of the batch, which becomes the order of places and of epochs; a unit's appends need not be neighbours.
        (_streams, _slots, _entries, _changes) = (0, 0, 0, 0);
        var appends = units.SelectMany((unit, number) => unit.Appends.Select(index => (Index: index, Unit: number))).ToArray();
        Array.Sort(appends, static (one, other) => one.Index.CompareTo(other.Index));
        HashSet<StreamId>? seen = appends.Length > units.Count ? [] : null;
        foreach (var (index, unit) in appends)
            Add(batch[index], unit, seen);
    }

    public int[] StreamUnits { get; }

    public string[] Streams { get; }

    public long[] Bases { get; }

    public byte[][] BaseHashes { get; }

    public int[] SlotUnits { get; }

    public string[] SlotTenants { get; }

    public Guid[] SlotWorkloads { get; }

    public long[] SlotNumbers { get; }

    public int[] Units { get; }

    public int[] Ordinals { get; }

    public string[] EntryStreams { get; }

    public long[] Numbers { get; }

    public byte[][] Hashes { get; }

    public string[] Tenants { get; }

    public Guid?[] Workloads { get; }

    public long?[] Slots { get; }

    public long[] Instants { get; }

    public bool[] OfAuthority { get; }

    public byte[][] Previous { get; }

    public string[] Kinds { get; }

    public ReadOnlyMemory<byte>[] Texts { get; }

    public int[] ChangeUnits { get; }

    public string[] ChangeStreams { get; }

    /// <summary>Whether another entry may have the same slot; a fact has one of its own, made from its hash.</summary>
    public static bool MayCollide(LedgerEntry entry) => entry.Workload is not null && entry.Slot != entry.Hash.Slot;

    private void Add(IReadOnlyList<StreamAppend> appends, int unit, HashSet<StreamId>? seen)
    {
        foreach (var append in appends)
        {
            // What comes first of a stream is checked against the ledger, what comes later builds on that.
            if (seen is null || seen.Add(append.Stream))
            {
                StreamUnits[_streams] = unit;
                Streams[_streams] = append.Stream.Value;
                Bases[_streams] = append.Base.Seq;
                BaseHashes[_streams++] = append.Base.Hash.ToArray();
            }

            if (append.ChangesAuthority)
            {
                ChangeUnits[_changes] = unit;
                ChangeStreams[_changes++] = append.Stream.Value;
            }

            var tenant = append.Stream.Tenant.Value;
            var previous = append.Base.Hash.ToArray();
            foreach (var entry in append.Entries)
                previous = Add(entry, unit, tenant, previous);
        }
    }

    private byte[] Add(LedgerEntry entry, int unit, string tenant, byte[] previous)
    {
        var hash = entry.Hash.ToArray();
        Units[_entries] = unit;
        Ordinals[_entries] = _entries;
        EntryStreams[_entries] = entry.Stream.Value;
        Numbers[_entries] = entry.Seq;
        Hashes[_entries] = hash;
        Tenants[_entries] = tenant;
        if (entry.Workload is { } workload)
        {
            Workloads[_entries] = workload.Value;
            Slots[_entries] = entry.Slot;
            if (MayCollide(entry))
            {
                SlotUnits[_slots] = unit;
                SlotTenants[_slots] = tenant;
                SlotWorkloads[_slots] = workload.Value;
                SlotNumbers[_slots++] = entry.Slot;
            }
        }

        Instants[_entries] = PostgresLedgerRow.ToUnixMicroseconds(entry.At);
        OfAuthority[_entries] = PostgresLedgerRow.IsOfAuthority(entry.Kind);
        Previous[_entries] = previous;
        Kinds[_entries] = entry.Kind;
        Texts[_entries++] = entry.Text;
        return hash;
    }
}
