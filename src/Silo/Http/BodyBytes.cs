using System.Buffers;
using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>A request's body in rented memory.</summary>
internal sealed class BodyBytes : IDisposable
{
    private const int FirstBytes = 4 * 1024;

    private byte[] _buffer;
    private int _length;

    private BodyBytes(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>What was read; valid until disposal.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads it all.</summary>
    /// <exception cref="GenOpsException">413: it is larger than <paramref name="bytesMax"/>. 415: nobody says what it is.</exception>
    public static async Task<BodyBytes> ReadAsync(HttpRequest request, int bytesMax)
    {
        if (request.ContentLength > bytesMax)
            throw TooLarge(bytesMax);

        var body = new BodyBytes((int)Math.Min(request.ContentLength ?? FirstBytes, FirstBytes) + 1);
        try
        {
            while (await request.Body.ReadAsync(body.Free(), request.HttpContext.RequestAborted) is var count and > 0)
            {
                body._length += count;
                if (body._length > bytesMax)
                    throw TooLarge(bytesMax);
            }

            // Routing lets a body without a media type pass.
            if (body._length > 0 && request.ContentType is null)
                throw new GenOpsException(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type",
                    "send the body as JSON, with the header 'Content-Type: application/json'");

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private static GenOpsException TooLarge(int bytesMax) =>
        new(StatusCodes.Status413PayloadTooLarge, "too_large", $"body: is larger than {bytesMax} bytes");

    private Memory<byte> Free()
    {
        if (_length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_length);
    }
}
