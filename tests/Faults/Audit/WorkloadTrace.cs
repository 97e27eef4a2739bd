namespace GenOps.ControlPlane.Faults;

/// <summary>What the ledger's entries say about one workload.</summary>
public sealed class WorkloadTrace
{
    /// <summary>The recorded decisions as canonical text; a tombstone is an empty one.</summary>
    public List<string> Decisions { get; } = [];

    /// <summary>The refusal that took the place of its admission before anybody was told; null if none did.</summary>
    public string? Withdrawal { get; set; }

    /// <summary>Whether a decision admits it.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>How each budget that holds, or held, for it stands to it.</summary>
    public Dictionary<string, string> States { get; } = [];

    /// <summary>The figures, by budget, in the order in which they were recorded.</summary>
    public Dictionary<string, List<decimal>> Actuals { get; } = [];

    /// <summary>The budgets in which its client gave it back, with how often.</summary>
    public Dictionary<string, int> Releases { get; } = [];
}
