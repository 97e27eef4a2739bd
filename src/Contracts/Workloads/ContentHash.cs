using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// SHA-256 of a request's canonical text without what may differ between two sendings of the same action: id,
/// approval, trace context, ttl and minimal epoch. Equal hashes mean the same request.
/// </summary>
[GenerateSerializer, Immutable, Alias("genops.ContentHash")]
[JsonConverter(typeof(ParsableJsonConverter<ContentHash>))]
public readonly record struct ContentHash : IParsable<ContentHash>
{
    private ContentHash(string hex) => Hex = hex;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    [Id(0)]
    public string Hex { get; }

    /// <summary>The hash of <paramref name="request"/>.</summary>
    public static ContentHash Of(WorkloadRequest request) =>
        Of<WorkloadRequest>(request with { Id = null, Approval = null, Traceparent = null, TtlSeconds = null, MinEpoch = null });

    /// <summary>The hash of <paramref name="content"/>'s canonical text.</summary>
    public static ContentHash Of<T>(T content) =>
        new(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, GenOpsJson.Canonical))));

    /// <inheritdoc/>
    public static ContentHash Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var hash) ? hash : throw new FormatException("a content hash is 64 hexadecimal digits");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ContentHash result)
    {
        var ok = s is { Length: 64 } && !s.AsSpan().ContainsAnyExcept("0123456789abcdef");
        result = ok ? new ContentHash(s!) : default;
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
