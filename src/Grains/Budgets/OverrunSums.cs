namespace GenOps.ControlPlane.Budgets;

/// <summary>What was spent above its reservation. Most scopes have none of it.</summary>
internal sealed class OverrunSums
{
    /// <summary>By kind of window.</summary>
    public PerPeriod Sums;
}
