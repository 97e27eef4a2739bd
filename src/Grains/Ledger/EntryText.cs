using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// The canonical text of an entry. It names stream, number, kind and instant itself, so that a line copied out of the
/// ledger still says what it is, and its hash covers all of it.
/// </summary>
public static class EntryText
{
    /// <summary>The version of this envelope.</summary>
    public const int Version = 1;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Data is read leniently: an entry of a later build may carry more.</summary>
    private static readonly JsonSerializerOptions ReadOptions = new(GenOpsJson.Canonical)
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
    /// <exception cref="InvalidDataException">This build does not know the kind, or the text is broken.</exception>
    public static LedgerEvent Read(LedgerEntry entry)
    {
        var type = LedgerKinds.TypeOf(entry.Kind)
            ?? throw new InvalidDataException($"{entry.Stream} #{entry.Seq}: this build does not know entries of kind '{entry.Kind}'");
        try
        {
            using var document = JsonDocument.Parse(entry.Text);
            var content = (LedgerEvent)document.RootElement.GetProperty("data").Deserialize(type, ReadOptions)!;
            return content is WorkloadEvent about && entry.Workload is { } id ? about with { Id = id } : content;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{entry.Stream} #{entry.Seq}: the stored text can't be read: {error.Message}", error);
        }
    }
}
