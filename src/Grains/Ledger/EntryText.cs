using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// The canonical text of an entry. It names stream, number, kind and instant itself, so that a line copied out of the
/// ledger still says what it is, and its hash covers all of it.
/// </summary>
public static class EntryText
{
    /// <summary>
    /// The version of this envelope. A build that gives an old member another meaning, which nobody may do lightly, raises
    /// it: earlier ones then refuse the entry instead of reading it wrongly.
    /// </summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>How entries are read: leniently, because one of a later build may carry more.</summary>
    internal static JsonSerializerOptions ReadOptions { get; } = new(GenOpsJson.Canonical)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>The instant as the ledger keeps it: whole microseconds.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        return new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>The entry that says <paramref name="content"/> after <paramref name="head"/>.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="head">What it follows.</param>
    /// <param name="content">What happened.</param>
    /// <param name="at">When.</param>
    /// <param name="author">
    /// Who writes it: two activations of one actor that decide the same at the same microsecond must not both take the
    /// one entry for their own.
    /// </param>
    public static LedgerEntry Compose(StreamId stream, LedgerHead head, LedgerEvent content, DateTimeOffset at, string? author = null)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        var text = _writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        text.Reset(buffer);

        var kind = LedgerKinds.NameOf(content);
        if (!LedgerKinds.IsWritten(kind))
            throw new InvalidOperationException($"{stream}: entries of kind '{kind}' are not written yet: the build before this one, which may run beside it, can't read them");

        var seq = head.Seq + 1;
        text.WriteStartObject();
        text.WriteNumber("v"u8, Version);
        text.WriteString("stream"u8, stream.Value);
        text.WriteNumber("seq"u8, seq);
        text.WriteString("kind"u8, kind);
        text.WriteString("at"u8, InstantJsonConverter.Text(at));
        if (author is not null)
            text.WriteString("writer"u8, author);
        if (content.About is { } workload)
            text.WriteString(workload.IsSubject ? "subject"u8 : "workload"u8, workload.Value);
        text.WritePropertyName("data"u8);
        JsonSerializer.Serialize(text, content, content.GetType(), GenOpsJson.Canonical);
        text.WriteEndObject();
        text.Flush();

        var bytes = buffer.WrittenSpan.ToArray();
        var hash = EntryHash.Link(head.Hash, bytes);
        var slot = content.About is null ? 0 : content.Role switch
        {
            EntryRole.Decision => LedgerSlot.Decision,
            EntryRole.Hold => LedgerSlot.Hold(stream),
            _ => hash.Slot,
        };
        return new LedgerEntry(stream, seq, head.Hash, hash, kind, content.About, slot, at, bytes);
    }

    /// <summary>What <paramref name="entry"/> says.</summary>
    /// <exception cref="InvalidDataException">The text is broken.</exception>
    /// <exception cref="UnavailableException"><c>build_too_old</c>: the text is whole, and only a later build can read it.</exception>
    public static LedgerEvent Read(LedgerEntry entry)
    {
        var type = LedgerKinds.TypeOf(entry.Kind) ?? throw UnknownKind(entry, $"this build does not know entries of kind '{entry.Kind}'");
        try
        {
            using var document = JsonDocument.Parse(entry.Text);
            RequireVersion(entry, document.RootElement.GetProperty("v").GetInt32());
            var content = (LedgerEvent)document.RootElement.GetProperty("data").Deserialize(type, ReadOptions)!;
            return content is WorkloadEvent about && entry.Workload is { } id ? about with { Id = id } : content;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Unreadable(entry, error);
        }
    }

    /// <summary>Throws if <paramref name="version"/>, which the entry names as its envelope's, is a later build's.</summary>
    /// <exception cref="UnavailableException"><c>build_too_old</c>: it is.</exception>
    /// <exception cref="InvalidDataException">It is, and the text is not what was written.</exception>
    internal static void RequireVersion(LedgerEntry entry, int version)
    {
        if (version > Version)
            throw NotOurs(entry, $"its version is {version}, and this build reads up to {Version}", null);
    }

    /// <summary>What to throw for an entry of a kind that this build can't read: a later build's kind, or a broken row.</summary>
    internal static Exception UnknownKind(LedgerEntry entry, string why)
    {
        // A row may name another kind than its text, which is what was hashed.
        try
        {
            using var document = JsonDocument.Parse(entry.Text);
            if (document.RootElement.GetProperty("kind").GetString() == entry.Kind)
                return NotOurs(entry, why, null);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new InvalidDataException($"{entry.Stream} #{entry.Seq}: the stored text can't be read: {error.Message}", error);
        }

        return new InvalidDataException($"{entry.Stream} #{entry.Seq}: stored as kind '{entry.Kind}', and its text says another");
    }

    /// <summary>What to throw for a text that this build can't read: it is a later build's, or broken.</summary>
    internal static Exception Unreadable(LedgerEntry entry, Exception error) =>
        NotOurs(entry, $"the stored text can't be read: {error.Message}", error);

    /// <summary>The chain tells the two apart: a text that has its hash is what a writer wrote, and no damage.</summary>
    private static Exception NotOurs(LedgerEntry entry, string why, Exception? error) =>
        EntryHash.Link(entry.Previous, entry.Text.Span) == entry.Hash
            ? UnavailableException.BuildTooOld($"{entry.Stream} #{entry.Seq}: {why}; the entry is whole, so a later build wrote it, and a node of that build or a later one can answer")
            : new InvalidDataException($"{entry.Stream} #{entry.Seq}: {why}", error);
}
