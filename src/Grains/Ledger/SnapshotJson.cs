using System.Text.Json;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ledger;

/// <summary>How states are encoded in snapshots: JSON with a version, so that another build's snapshot is told apart.</summary>
internal static class SnapshotJson
{
    public static byte[] Save<T>(int version, T image) =>
        JsonSerializer.SerializeToUtf8Bytes(new Envelope<T>(version, image), GenOpsJson.Canonical);

    /// <exception cref="InvalidDataException">Another version, or broken.</exception>
    public static T Restore<T>(int version, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope<T>>(bytes, GenOpsJson.Canonical)!;
            return envelope.Version == version
                ? envelope.Image
                : throw new InvalidDataException($"the snapshot has version {envelope.Version}, this build writes {version}");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException("the snapshot can't be read", error);
        }
    }

    private sealed record Envelope<T>(int Version, T Image);
}
