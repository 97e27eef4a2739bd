namespace GenOps.ControlPlane.Budgets;

/// <summary>One window of a limit.</summary>
/// <param name="Period">Its kind.</param>
/// <param name="Start">When it began; null for <see cref="BudgetPeriod.None"/>.</param>
/// <param name="End">When it ends, exclusive; null for <see cref="BudgetPeriod.None"/>.</param>
public readonly record struct BudgetWindow(BudgetPeriod Period, DateTimeOffset? Start, DateTimeOffset? End)
{
    /// <summary>Whether <paramref name="instant"/> lies in it.</summary>
    public bool Contains(DateTimeOffset instant) => (Start is not { } start || start <= instant) && (End is not { } end || instant < end);
}
