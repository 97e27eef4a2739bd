namespace GenOps.ControlPlane.Approvals;

/// <summary>Bounds of human decisions.</summary>
public sealed class ApprovalOptions
{
    /// <summary>The longest <see cref="Lifetime"/>: nothing that still waits for a person is older.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(7);

    /// <summary>How long a person has to decide, and the agent to use the approval; the money is held as long.</summary>
    /// <value>1 h by default; from 1 min to 7 days.</value>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The most approvals of one agent that have not ended; actions beyond are refused until one has.</summary>
    /// <value>1,000 by default; from 1 to 100,000.</value>
    public int PerAgentMax { get; set; } = 1_000;
}
