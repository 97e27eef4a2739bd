using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What the model says to a reservation.</summary>
/// <param name="Result">One of the four.</param>
/// <param name="Code">Why; null if it is simply allowed.</param>
/// <param name="Amount">What is held.</param>
/// <param name="WorstCase">What its tokens may cost at most; null if the amount was stated.</param>
/// <param name="Remaining">What the tightest limit leaves.</param>
/// <param name="OnDemand">The scopes on demand that are charged.</param>
/// <param name="SharePpm">The share of the worst case that is held; null if that is all.</param>
/// <param name="Samples">What that is told from.</param>
internal sealed record BudgetModelVerdict(
    DecisionResult Result, string? Code, Int128 Amount, Int128? WorstCase, Int128? Remaining, string[] OnDemand, Int128? SharePpm, int Samples)
{
    public static BudgetModelVerdict Blocked(string code) => new(DecisionResult.Blocked, code, 0, null, null, [], null, 0);
}
