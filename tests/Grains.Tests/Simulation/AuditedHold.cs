using System.Collections.Immutable;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>One budget's hold for one workload, as the entries tell it.</summary>
internal sealed class AuditedHold
{
    public required string Scope { get; init; }

    /// <summary>The scopes on demand that it counts in.</summary>
    public required ImmutableArray<string> OnDemand { get; init; }

    public required DateTimeOffset ReservedAt { get; init; }

    public required decimal Amount { get; init; }

    /// <summary>The code of what this budget warns of; null if it does not.</summary>
    public string? Warning { get; init; }

    /// <summary>The model whose history it will be part of; null if its amount was stated.</summary>
    public string? Model { get; set; }

    public decimal WorstCase { get; init; }

    /// <summary>open, unresolved, reconciled, released or withdrawn.</summary>
    public string State { get; set; } = "open";

    public decimal? Actual { get; set; }

    /// <summary>Why it was released: requested, expired, refused or written_off.</summary>
    public string? Cause { get; set; }

    public bool WasUnresolved { get; set; }

    public bool WasReleased { get; set; }

    public bool WasReleasedByClient { get; set; }

    public bool WasWrittenOff { get; set; }

    /// <summary>Whether it was once given back without its client: written off, or at its expiry.</summary>
    public bool WasGivenUp { get; set; }

    public bool Counts => State is "open" or "unresolved";
}
