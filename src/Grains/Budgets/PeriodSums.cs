namespace GenOps.ControlPlane.Budgets;

/// <summary>Sums of one scope that most scopes don't have.</summary>
internal sealed class PeriodSums
{
    /// <summary>By kind of window.</summary>
    public PerPeriod Sums;

    /// <summary>Whether nothing is left in any window that is running.</summary>
    public bool IsZero => Sums.IsZero;
}
