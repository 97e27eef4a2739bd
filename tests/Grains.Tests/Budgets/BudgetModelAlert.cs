namespace GenOps.ControlPlane.Budgets;

/// <summary>That a threshold of a limit is crossed in a window.</summary>
internal sealed record BudgetModelAlert(string Scope, BudgetPeriod Period, DateTimeOffset? WindowStart, int Threshold);
