namespace GenOps.ControlPlane.Cluster;

/// <summary>When this silo last had an answer from the ledger's database.</summary>
public sealed class LedgerContact(TimeProvider time)
{
    private long _answeredAt;
    private bool _isAnswered;

    /// <summary>How long ago that was; null if it never was.</summary>
    public TimeSpan? Age => Volatile.Read(ref _isAnswered) ? time.GetElapsedTime(Interlocked.Read(ref _answeredAt)) : null;

    /// <summary>The database answered a question that was asked at <paramref name="askedAt"/>, a timestamp of the clock.</summary>
    public void Answered(long askedAt)
    {
        Interlocked.Exchange(ref _answeredAt, askedAt);
        Volatile.Write(ref _isAnswered, true);
    }
}
