namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Bounds of what a silo remembers to list delegations, and of what it asks to say what would be cut off; configured as section
/// <c>GenOps:Authority</c> (<c>GenOps__Authority__TenantsMax</c> in the environment).
/// </summary>
public sealed class DelegationIndexOptions
{
    /// <summary>The most tenants whose delegations are remembered, about 500 bytes for each delegation; the one asked about least recently goes first.</summary>
    /// <value>20; from 1 to 100,000.</value>
    public int TenantsMax { get; set; } = 20;

    /// <summary>How many entries of the ledger are read at a time.</summary>
    /// <value>2,000; from 1 to 100,000.</value>
    public int EntriesPerPageMax { get; set; } = 2_000;

    /// <summary>How many budgets or agents one question asks at once.</summary>
    /// <value>16; from 1 to 1,000.</value>
    public int AskedAtOnceMax { get; set; } = 16;

    /// <summary>The most budgets that one question about what would be cut off asks.</summary>
    /// <value>10,000; from 1 to 1,000,000.</value>
    public int BudgetsMax { get; set; } = 10_000;
}
