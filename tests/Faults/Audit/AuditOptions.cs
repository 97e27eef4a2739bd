namespace GenOps.ControlPlane.Faults;

/// <summary>What an audit takes for granted.</summary>
public sealed record AuditOptions
{
    /// <summary>
    /// The spans of <see cref="History.Now"/> in which a silo could not answer at all, being frozen or cut off: a call that
    /// overlaps one may have gone unanswered.
    /// </summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Outages { get; init; } = [];

    /// <summary>The time within which a node promises an answer, its ActorTimeout: a caller who waits less may not see it.</summary>
    public TimeSpan AnswerMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a call may take, whatever its answer; above the attempt's and the client library's own limits.</summary>
    public TimeSpan CallMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Explicit errors that are fine besides 503 and <c>409 authority_revoked</c>, such as <c>429 …</c>.</summary>
    public IReadOnlySet<string> Refusals { get; init; } = new HashSet<string>();

    /// <summary>Whether all holds have ended: then admitted and refused workloads are checked for their ends, too.</summary>
    public bool IsQuiet { get; init; } = true;
}
