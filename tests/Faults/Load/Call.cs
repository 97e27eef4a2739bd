namespace GenOps.ControlPlane.Faults;

/// <summary>One attempt of one caller, from before it was sent until after its answer was read.</summary>
/// <param name="Kind">What it asked for.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Agent">The agent that acts, is granted or is stopped.</param>
/// <param name="Subject">The workload's id, or the delegation's name; the agent's for an agent.</param>
/// <param name="Door">Where it was sent: a silo's name, or <c>library</c>.</param>
/// <param name="Began">When, in <see cref="History.Now"/>.</param>
/// <param name="Ended">When.</param>
/// <param name="End">How.</param>
/// <param name="Answer">The answer as canonical text; null if there is none.</param>
/// <param name="Error">The error: status and code, or what broke; null if it was answered.</param>
/// <param name="Actual">Of figures: what was reported, by budget.</param>
/// <param name="From">Of a grant: the delegation that it was made from; null if a person made it.</param>
/// <param name="IsLate">Whether it ended when its caller had given it up and may have asked for something else since.</param>
public sealed record Call(
    CallKind Kind,
    string Tenant,
    string Agent,
    string Subject,
    string Door,
    TimeSpan Began,
    TimeSpan Ended,
    CallEnd End,
    string? Answer = null,
    string? Error = null,
    IReadOnlyDictionary<string, decimal>? Actual = null,
    string? From = null,
    bool IsLate = false)
{
    /// <summary>The door of callers that use the client library.</summary>
    public const string Library = "library";

    /// <summary>Whether it was acknowledged.</summary>
    public bool IsAcknowledged => End == CallEnd.Answered;

    /// <summary>Whether it is a decision that lets the workload run.</summary>
    public bool IsAllowed => Kind == CallKind.Authorize && IsAcknowledged
        && (Answer!.Contains("\"result\":\"ALLOWED\"", StringComparison.Ordinal) || Answer.Contains("\"result\":\"WARNING\"", StringComparison.Ordinal));
}
