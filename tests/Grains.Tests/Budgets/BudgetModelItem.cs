using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What somebody asked for, spent, or put right by hand.</summary>
internal sealed class BudgetModelItem
{
    public required WorkloadId Id { get; init; }

    public required string Scope { get; init; }

    public string[] OnDemand { get; init; } = [];

    /// <summary>The instant whose windows it counts in.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When those windows began, by period.</summary>
    public required DateTimeOffset?[] Starts { get; init; }

    public required Int128 Reserved { get; init; }

    /// <summary>What its tokens may cost at most; null if the amount was stated.</summary>
    public Int128? WorstCase { get; init; }

    public string? Model { get; init; }

    public required WorkloadState State { get; set; }

    public bool AsHold { get; init; }

    public bool WasAdmitted { get; init; }

    /// <summary>Whether it is spend without a reservation, or a credit or debit: nobody settles it.</summary>
    public bool IsFinal { get; init; }

    public bool IsAdjustment { get; init; }

    public DateTimeOffset ExpiresAt { get; set; }

    public Int128? Actual { get; set; }

    /// <summary>Whether its money was free for others at any time.</summary>
    public bool WasGivenBack { get; set; }

    public bool WasReleasedByClient { get; set; }

    public bool WasWrittenOff { get; set; }

    /// <summary>Whether it is unresolved and only the ledger knows it one by one.</summary>
    public bool IsEvicted { get; set; }

    public bool IsHeld => State is WorkloadState.Open or WorkloadState.Unresolved;

    public Int128 Overrun => IsAdjustment || Actual is not { } actual ? 0
        : IsFinal || WasGivenBack ? actual
        : actual > Reserved ? actual - Reserved : 0;

    /// <summary>Whether it counts in <paramref name="scope"/>.</summary>
    public bool CountsIn(string scope) =>
        IsWithin(Scope, scope) || Array.IndexOf(OnDemand, scope) >= 0;

    public static bool IsWithin(string scope, string above) =>
        above.Length == 0 || scope == above || (scope.Length > above.Length && scope[above.Length] == '/' && scope.StartsWith(above, StringComparison.Ordinal));
}
