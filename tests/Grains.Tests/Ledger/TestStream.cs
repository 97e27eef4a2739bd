using System.Collections.Immutable;
using System.Text;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>One writer's view of a stream: makes appends that build on one another, like an actor that decides in memory.</summary>
internal sealed class TestStream(string name, LedgerHead head = default)
{
    /// <summary>The instant of the first entry; each entry is a millisecond after the one before.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public StreamId Id { get; } = new(name);

    public LedgerHead Head { get; private set; } = head;

    /// <summary>Another writer of the same stream, at the same head.</summary>
    public TestStream Fork() => new(Id.Value, Head);

    /// <summary>A workload id that depends on the number alone.</summary>
    public static WorkloadId Workload(int number) => WorkloadId.Parse($"0199a5f0-7c3b-7d21-9d3e-{number:x12}");

    /// <summary>An append of entries about nothing in particular.</summary>
    public StreamAppend Next(int count = 1, string data = "{}", bool changesAuthority = false)
    {
        var start = Head;
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>(count);
        for (var index = 0; index < count; index++)
            entries.Add(Entry("test.noted", null, 0, data));

        return new StreamAppend(Id, start, entries.MoveToImmutable(), changesAuthority);
    }

    /// <summary>An append of one entry of each of these kinds, about no workload.</summary>
    public StreamAppend NextOf(params ReadOnlySpan<string> kinds)
    {
        var start = Head;
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>(kinds.Length);
        foreach (var kind in kinds)
            entries.Add(Entry(kind, null, 0, "{}"));

        return new StreamAppend(Id, start, entries.MoveToImmutable(), ChangesAuthority: true);
    }

    /// <summary>An append of one entry about a workload.</summary>
    public StreamAppend Next(WorkloadId workload, long slot, string kind = "workload.reserved", string data = "{}")
    {
        var start = Head;
        return new StreamAppend(Id, start, [Entry(kind, workload, slot, data)], ChangesAuthority: false);
    }

    private LedgerEntry Entry(string kind, WorkloadId? workload, long slot, string data)
    {
        var seq = Head.Seq + 1;
        var at = Start.AddMilliseconds(seq - 1);
        var about = workload is null ? "" : $"\"workload\":\"{workload}\",";
        var text = Encoding.UTF8.GetBytes(
            $"{{\"v\":1,\"stream\":\"{Id}\",\"seq\":{seq},\"kind\":\"{kind}\",\"at\":\"{InstantJsonConverter.Text(at)}\",{about}\"data\":{data}}}");
        var entry = new LedgerEntry(Id, seq, Head.Hash, EntryHash.Link(Head.Hash, text), kind, workload, slot, at, text);
        Head = entry.Head;
        return entry;
    }
}
