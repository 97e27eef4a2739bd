namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>What one alternative achieved in one cell of one round.</summary>
/// <param name="Alternative">Which.</param>
/// <param name="Callers">How many asked at once.</param>
/// <param name="Budgets">How many budgets they drew from.</param>
/// <param name="Load">What they achieved.</param>
internal sealed record ContestRound(string Alternative, int Callers, int Budgets, CellLoad Load);
