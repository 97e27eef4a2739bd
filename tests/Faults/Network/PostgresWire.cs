namespace GenOps.ControlPlane.Faults;

/// <summary>The little of PostgreSQL's protocol that the proxy and its users have to understand.</summary>
public static class PostgresWire
{
    /// <summary>The length of ReadyForQuery, the last message of a reply.</summary>
    internal const int ReadyBytes = 6;

    /// <summary>
    /// Whether these bytes, read at once, begin with a bound statement and are at least <paramref name="bytesMin"/> long:
    /// appends to the ledger are, look-ups by key are not.
    /// </summary>
    public static bool IsStatement(ReadOnlyMemory<byte> request, int bytesMin) =>
        request.Length >= bytesMin && request.Span[0] is ((byte)'B' or (byte)'P');

    /// <summary>Whether they end with ReadyForQuery: only then is the implicit transaction of a statement committed.</summary>
    internal static bool EndsReply(ReadOnlySpan<byte> tail) =>
        tail.Length >= ReadyBytes && tail[^ReadyBytes..^1].SequenceEqual("Z\0\0\0\u0005"u8);
}
