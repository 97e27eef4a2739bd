namespace GenOps.ControlPlane.Authority;

/// <summary>How closely a silo follows changes of authority. Correctness does not depend on it: every append brings the epoch.</summary>
public sealed class AuthorityWatchOptions
{
    /// <summary>How often the ledger is asked without a cause.</summary>
    /// <value>1 s by default, 50 ms to 1 min.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
