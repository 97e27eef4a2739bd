using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace GenOps.ControlPlane.Gateway;

/// <summary>
/// What client and silo say to each other on a fresh gateway connection, before Orleans says anything: one frame from
/// the client (its credential) and one frame back (accepted, or why not). A frame is magic, version, code, length of
/// the text (big endian), text (UTF-8).
/// </summary>
/// <remarks>
/// The magic, read as the length of Orleans' preamble, is far beyond what Orleans takes, and that preamble is not our
/// magic: a side without the handshake fails at once against a side with it, in both directions.
/// </remarks>
public static class GatewayHandshakeProtocol
{
    /// <summary>The longest text of a frame, in bytes of UTF-8.</summary>
    public const int TextBytesMax = 512;

    private const int HeaderBytes = 8;
    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "GOPS"u8;

    /// <summary>Sends one frame.</summary>
    /// <exception cref="GatewayHandshakeException">The text is longer than <see cref="TextBytesMax"/>.</exception>
    public static async ValueTask SendAsync(
        PipeWriter output, GatewayHandshakeFrame frame, CancellationToken cancellationToken = default)
    {
        var textBytes = Encoding.UTF8.GetByteCount(frame.Text);
        if (textBytes > TextBytesMax)
            throw new GatewayHandshakeException($"the text of a handshake frame has {textBytes} bytes; at most {TextBytesMax} are allowed");

        Write(output.GetSpan(HeaderBytes + textBytes), frame, textBytes);
        output.Advance(HeaderBytes + textBytes);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Receives one frame and leaves everything after it in the pipe.</summary>
    /// <exception cref="GatewayHandshakeException">What came is no handshake frame, or the connection ended first.</exception>
    public static async ValueTask<GatewayHandshakeFrame> ReceiveAsync(
        PipeReader input, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            try
            {
                if (TryRead(buffer, out var frame, out var end))
                {
                    input.AdvanceTo(end);
                    return frame;
                }
            }
            catch (GatewayHandshakeException)
            {
                // The reader is left usable: whoever answers a broken handshake reads on until the peer closes.
                input.AdvanceTo(buffer.End);
                throw;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || read.IsCanceled)
                throw new GatewayHandshakeException("the connection ended before the handshake did");
        }
    }

    private static void Write(Span<byte> target, GatewayHandshakeFrame frame, int textBytes)
    {
        Magic.CopyTo(target);
        target[4] = Version;
        target[5] = (byte)frame.Code;
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], (ushort)textBytes);
        Encoding.UTF8.GetBytes(frame.Text, target[HeaderBytes..]);
    }

    private static bool TryRead(ReadOnlySequence<byte> buffer, out GatewayHandshakeFrame frame, out SequencePosition end)
    {
        frame = default;
        end = default;
        Span<byte> header = stackalloc byte[HeaderBytes];
        var available = (int)Math.Min(buffer.Length, HeaderBytes);
        buffer.Slice(0, available).CopyTo(header);

        // Refused at the first wrong byte: whoever speaks another protocol must not be waited for.
        var magicAvailable = Math.Min(available, Magic.Length);
        if (!header[..magicAvailable].SequenceEqual(Magic[..magicAvailable]))
            throw new GatewayHandshakeException("this gateway needs the handshake of the client library");

        if (available < HeaderBytes)
            return false;

        if (header[4] != Version)
            throw new GatewayHandshakeException($"handshake version {header[4]} is not spoken here; this side speaks {Version}");

        var textBytes = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        if (textBytes > TextBytesMax)
            throw new GatewayHandshakeException($"the handshake announces {textBytes} bytes of text; at most {TextBytesMax} are allowed");

        if (buffer.Length < HeaderBytes + textBytes)
            return false;

        var text = buffer.Slice(HeaderBytes, textBytes);
        frame = new GatewayHandshakeFrame((GatewayHandshakeCode)header[5], Encoding.UTF8.GetString(text));
        end = text.End;
        return true;
    }
}
