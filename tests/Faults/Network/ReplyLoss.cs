namespace GenOps.ControlPlane.Faults;

/// <summary>Requests that a <see cref="FaultProxy"/> forwards, and whose replies it loses.</summary>
internal sealed class ReplyLoss(int count, Func<ReadOnlyMemory<byte>, bool> isMeant)
{
    private int _left = count;

    /// <summary>Whether this request is one of them; each counts once.</summary>
    public bool Takes(ReadOnlyMemory<byte> request) => Volatile.Read(ref _left) > 0 && isMeant(request) && Interlocked.Decrement(ref _left) >= 0;
}
