namespace GenOps.ControlPlane.Budgets;

/// <summary>The highest threshold that was alerted of in one window of a scope.</summary>
/// <param name="Period">The kind of window.</param>
/// <param name="WindowStart">When the window began; null for one without beginning.</param>
/// <param name="Threshold">In percent.</param>
internal readonly record struct AlertMark(BudgetPeriod Period, DateTimeOffset? WindowStart, int Threshold);
