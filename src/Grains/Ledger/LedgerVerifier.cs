using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Checks the ledger against itself: numbers, links, hashes, and that the columns say what the hashed text says.</summary>
public sealed class LedgerVerifier(ILedgerReader reader)
{
    /// <summary>Verifies the streams whose names start with <paramref name="prefix"/>; empty for all. Stops at the first fault.</summary>
    /// <exception cref="LedgerStoreException">The ledger can't be read. What it holds never throws.</exception>
    public Task<LedgerVerification> VerifyAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        VerifyAsync(reader.ReadByStreamAsync(prefix, cancellationToken));

    /// <summary>Verifies the streams of one tenant and no other's. Stops at the first fault.</summary>
    /// <exception cref="LedgerStoreException">The ledger can't be read. What it holds never throws.</exception>
    public async Task<LedgerVerification> VerifyTenantAsync(TenantId tenant, CancellationToken cancellationToken = default)
    {
        var sum = new LedgerVerification(0, 0, null);

        // The tenant's own stream by its whole name: as a prefix it would also be that of a tenant with a longer name.
        foreach (var entries in new[]
        {
            reader.ReadByStreamAsync($"a/{tenant}/", cancellationToken),
            reader.ReadByStreamAsync($"b/{tenant}/", cancellationToken),
            reader.ReadByStreamAsync($"p/{tenant}/", cancellationToken),
            reader.ReadStreamAsync(new StreamId($"t/{tenant}"), 0, cancellationToken),
        })
        {
            var part = await VerifyAsync(entries).ConfigureAwait(false);
            sum = new LedgerVerification(sum.Streams + part.Streams, sum.Entries + part.Entries, part.FirstBroken);
            if (!sum.Verified)
                break;
        }

        return sum;
    }

    private static async Task<LedgerVerification> VerifyAsync(IAsyncEnumerable<LedgerEntry> source)
    {
        var streams = 0L;
        var entries = 0L;
        var stream = default(StreamId);
        var head = LedgerHead.Empty;
        try
        {
            await foreach (var entry in source.ConfigureAwait(false))
            {
                if (streams == 0 || entry.Stream != stream)
                {
                    streams++;
                    stream = entry.Stream;
                    head = LedgerHead.Empty;
                }

                entries++;
                if (FindFault(entry, head) is { } fault)
                    return new LedgerVerification(streams, entries, fault);

                head = entry.Head;
            }
        }
        catch (LedgerCorruptException exception)
        {
            return new LedgerVerification(streams, entries, new BrokenLink(exception.Stream, exception.Seq, exception.Why));
        }

        return new LedgerVerification(streams, entries, null);
    }

    private static BrokenLink? FindFault(LedgerEntry entry, LedgerHead head)
    {
        if (entry.Seq != head.Seq + 1)
            return entry.Seq > head.Seq ? new BrokenLink(entry.Stream, head.Seq + 1, "the entry is missing") : Broken("its number is out of order");

        if (entry.Previous != head.Hash)
            return Broken("its link to the entry before is broken");

        if (EntryHash.Link(entry.Previous, entry.Text.Span) != entry.Hash)
            return Broken("its text is not what was hashed");

        if (FindDisagreement(entry) is { } column)
            return Broken($"its column '{column}' does not say what its text says");

        return null;

        BrokenLink Broken(string why) => new(entry.Stream, entry.Seq, why);
    }

    private static string? FindDisagreement(LedgerEntry entry)
    {
        var isSlot = entry.Workload is null
            ? entry.Slot == 0
            : entry.Slot == LedgerSlot.Decision || entry.Slot == entry.Hash.Slot || entry.Slot == LedgerSlot.Hold(entry.Stream);
        if (!isSlot)
            return "slot";

        try
        {
            using var document = JsonDocument.Parse(entry.Text);
            var text = document.RootElement;
            return !Says("stream", entry.Stream.Value) ? "stream"
                : !Says("seq", entry.Seq.ToString(CultureInfo.InvariantCulture)) ? "seq"
                : !Says("kind", entry.Kind) ? "kind"
                : !Says("at", InstantJsonConverter.Text(entry.At)) ? "at"
                : !Says("workload", entry.Workload is { IsSubject: false } workload ? workload.ToString() : null) ? "workload"
                : !Says("subject", entry.Workload is { IsSubject: true } subject ? subject.ToString() : null) ? "workload"
                : null;

            bool Says(string name, string? expected) =>
                text.TryGetProperty(name, out var value) ? expected is not null && value.ToString() == expected : expected is null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "text"; // hashed all right, and no entry
        }
    }
}
