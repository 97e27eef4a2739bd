using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Versions;

/// <summary>The entries that a released version wrote, read from its file as a store hands them out.</summary>
internal static class GoldenEntries
{
    public const string FileName = "entries.txt";

    /// <summary>The entries of <paramref name="version"/>, chained as they stand in the file.</summary>
    public static ImmutableArray<LedgerEntry> Of(Version version)
    {
        var heads = new Dictionary<StreamId, LedgerHead>();
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        foreach (var line in ReleasedFiles.LinesOf(version, FileName))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            using var document = JsonDocument.Parse(bytes);
            var text = document.RootElement;
            var stream = new StreamId(text.GetProperty("stream").GetString()!);
            var head = heads.GetValueOrDefault(stream, LedgerHead.Empty);
            Assert.Equal(head.Seq + 1, text.GetProperty("seq").GetInt64());
            var about = text.TryGetProperty("workload", out var id) || text.TryGetProperty("subject", out id) ? id.GetGuid() : (Guid?)null;
            var entry = new LedgerEntry(
                stream, head.Seq + 1, head.Hash, EntryHash.Link(head.Hash, bytes), text.GetProperty("kind").GetString()!,
                about is { } guid ? WorkloadId.FromLedger(guid) : null, 0,
                DateTimeOffset.Parse(text.GetProperty("at").GetString()!, CultureInfo.InvariantCulture), bytes);
            heads[stream] = entry.Head;
            entries.Add(entry);
        }

        return entries.ToImmutable();
    }

    /// <summary>What the entries of <paramref name="stream"/> come to.</summary>
    public static T Fold<T>(Version version, string stream, T state) where T : ILedgeredState
    {
        foreach (var entry in Of(version).Where(entry => entry.Stream == new StreamId(stream)))
            state.Apply(EntryText.Read(entry), entry.At);
        return state;
    }
}
