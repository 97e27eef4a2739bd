namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>One budget's hold for one workload, as the entries tell it.</summary>
internal sealed class AuditedHold
{
    public required string Scope { get; init; }

    public required DateTimeOffset ReservedAt { get; init; }

    public required decimal Amount { get; init; }

    /// <summary>open, unresolved, reconciled, released or withdrawn.</summary>
    public string State { get; set; } = "open";

    public decimal? Actual { get; set; }

    /// <summary>Why it was released: requested, expired or refused.</summary>
    public string? Cause { get; set; }

    public bool WasUnresolved { get; set; }

    public bool WasReleased { get; set; }

    public bool Counts => State is "open" or "unresolved";
}
