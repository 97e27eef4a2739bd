namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>A clock that a test puts where it likes and that runs on from there; timers stay real, so that the node lives.</summary>
public sealed class MovableClock(DateTimeOffset start) : TimeProvider
{
    private readonly long _started = System.GetTimestamp();
    private long _moved;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() =>
        start + System.GetElapsedTime(_started) + TimeSpan.FromTicks(Interlocked.Read(ref _moved));

    /// <summary>Moves it forward.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);

    /// <summary>Moves it forward to <paramref name="instant"/>.</summary>
    public void AdvanceTo(DateTimeOffset instant) => Advance(instant - GetUtcNow());
}
