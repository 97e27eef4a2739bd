namespace GenOps.ControlPlane.Reports;

/// <summary>Bounds of reports from the ledger; configured as section <c>GenOps:Reports</c> (<c>GenOps__Reports__EntriesMax</c> in the environment).</summary>
public sealed class ReportOptions
{
    /// <summary>The most entries that one report reads, over all budgets that it is about.</summary>
    /// <value>5,000,000; from 1,000 to 1,000,000,000.</value>
    public long EntriesMax { get; set; } = 5_000_000;

    /// <summary>The most reports that a silo works on at once; further ones are answered 503.</summary>
    /// <value>2; from 1 to 64. Each takes one of the ledger's reading connections.</value>
    public int ConcurrentMax { get; set; } = 2;

    /// <summary>
    /// The most workloads without final figures that one report remembers, about 100 bytes each; what it forgets it
    /// looks up in the ledger again.
    /// </summary>
    /// <value>1,000,000; from 1,000 to 100,000,000.</value>
    public int WorkloadsMax { get; set; } = 1_000_000;

    /// <summary>The most values that one report sums by, such as customers, about 400 bytes each.</summary>
    /// <value>250,000; from 1,000 to 10,000,000.</value>
    public int ValuesMax { get; set; } = 250_000;

    /// <summary>The most budgets that one report over a tenant is about.</summary>
    /// <value>1,000; from 1 to 100,000.</value>
    public int BudgetsMax { get; set; } = 1_000;
}
