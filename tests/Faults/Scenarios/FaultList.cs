namespace GenOps.ControlPlane.Faults;

/// <summary>All scenarios, by letter.</summary>
public static class FaultList
{
    /// <summary>The scenarios that go well together on one cluster: a silo that dies, freezes, and is cut off.</summary>
    public const string Together = "abd";

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        SiloKilled.Scenario, SiloFrozen.Scenario, PostgresStopped.Scenario, SiloCutOff.Scenario, RepliesLost.Scenario, AllKilled.Scenario,
        DiskFull.Scenario, ClockMoved.Scenario, FirstActivation.Scenario, RollingRestart.Scenario, JoinAndLeave.Scenario, TenantFlooded.Scenario, LongRead.Scenario,
    ];

    /// <summary>The scenarios of one or several letters, in that order; null if there is none of some letter.</summary>
    public static IReadOnlyList<Scenario>? Find(string letters)
    {
        ArgumentNullException.ThrowIfNull(letters);
        Scenario?[] found = [.. letters.Select(letter => All.FirstOrDefault(scenario => scenario.Letter == letter))];
        return found.Length == 0 || found.Contains(null) ? null : [.. found.OfType<Scenario>()];
    }
}
