namespace GenOps.ControlPlane.Errors;

/// <summary>
/// The control plane can't answer now: no decision was made that the caller could know of. Send the same request again
/// with the same id.
/// </summary>
[GenerateSerializer, Alias("genops.UnavailableException")]
public sealed class UnavailableException : GenOpsException
{
    /// <summary>The code of <see cref="BuildTooOld"/>.</summary>
    public const string BuildTooOldCode = "build_too_old";

    private UnavailableException(string code, string message, TimeSpan retryAfter) : base(503, code, message) =>
        RetryAfter = retryAfter;

    /// <summary>How long to wait at least.</summary>
    [Id(0)]
    public TimeSpan RetryAfter { get; private set; }

    /// <summary>The ledger can't be reached, or the actor has just moved.</summary>
    public static UnavailableException Unreachable(string message, TimeSpan? retryAfter = null) =>
        new("unavailable", message, retryAfter ?? TimeSpan.FromMilliseconds(100));

    /// <summary>A bounded queue is full.</summary>
    public static UnavailableException Overloaded(string message, TimeSpan? retryAfter = null) =>
        new("overloaded", message, retryAfter ?? TimeSpan.FromSeconds(1));

    /// <summary>A later build wrote something that this one can't read: one of that build or a later one can answer.</summary>
    public static UnavailableException BuildTooOld(string message, TimeSpan? retryAfter = null) =>
        new(BuildTooOldCode, message, retryAfter ?? TimeSpan.FromSeconds(1));
}
