namespace GenOps.ControlPlane.Faults;

/// <summary>How a scenario ended.</summary>
/// <param name="Letter">Its letter.</param>
/// <param name="Name">Its name.</param>
/// <param name="What">What was done.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Acknowledged">The calls that were acknowledged.</param>
/// <param name="Errors">The calls that ended with an error or not at all, all of which their callers knew of.</param>
/// <param name="Seconds">How long the load ran.</param>
/// <param name="Recoveries">How long each recovery took, in seconds.</param>
/// <param name="RecoveryMax">The longest that is good, in seconds; null if none is promised.</param>
/// <param name="Notes">What else was measured.</param>
/// <param name="Audit">What the audit found; null if the scenario did not get so far.</param>
/// <param name="Fault">Why it did not; null if it did.</param>
public sealed record ScenarioResult(
    char Letter,
    string Name,
    string What,
    int Rounds,
    int Acknowledged,
    int Errors,
    double Seconds,
    IReadOnlyList<double> Recoveries,
    double? RecoveryMax,
    IReadOnlyList<KeyValuePair<string, string>> Notes,
    AuditReport? Audit,
    string? Fault = null)
{
    /// <summary>Promises of the scenario's own that were not kept.</summary>
    public IReadOnlyList<string> Misses { get; init; } = [];

    /// <summary>Whether every promise was kept.</summary>
    public bool IsGood => Fault is null && Misses.Count == 0 && Audit is { IsClean: true } && (RecoveryMax is not { } most || Recoveries.All(recovery => recovery <= most));
}
