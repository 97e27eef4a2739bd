namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A value that somebody set, and when: it took effect at some instant between the two.</summary>
internal sealed class Written<T>(T value, long startedAt)
{
    public T Value { get; } = value;

    public long StartedAt { get; } = startedAt;

    /// <summary>When it was acknowledged; for ever in the future if it never was, since it may still arrive.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    public bool IsAcknowledged => EndedAt != long.MaxValue;
}
