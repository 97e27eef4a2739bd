using GenOps.ControlPlane.Access;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A key as its holder knows it.</summary>
internal sealed class RecordedKey(string name, Credential credential)
{
    /// <summary>A name that is the same for the same seed, which the key's own is not.</summary>
    public string Name { get; } = name;

    public Credential Credential { get; } = credential;

    public bool IsEnding { get; set; }

    /// <summary>When it was first acknowledged as revoked; for ever in the future if it was not.</summary>
    public long RevokedAt { get; set; } = long.MaxValue;
}
