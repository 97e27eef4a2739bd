namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>How long and how often the alternatives are measured.</summary>
/// <param name="WarmUp">Load on each before anything is measured.</param>
/// <param name="Rounds">Rounds; in each every cell of every alternative is measured once.</param>
/// <param name="Ramp">How long a cell runs before it counts.</param>
/// <param name="Cell">How long it counts.</param>
/// <param name="Callers">How many ask at once.</param>
/// <param name="Collected">How long the silo's collections are watched.</param>
internal sealed record ContestPlan(TimeSpan WarmUp, int Rounds, TimeSpan Ramp, TimeSpan Cell, IReadOnlyList<int> Callers, TimeSpan Collected)
{
    /// <summary>The number of callers at which the alternatives are compared.</summary>
    public const int CallersMany = 64;

    /// <summary>How many budgets are drawn from, if it is one that all want.</summary>
    public const int BudgetsHot = 1;

    /// <summary>How many budgets are drawn from otherwise.</summary>
    public const int BudgetsMany = 16;

    /// <summary>How many budgets are drawn from.</summary>
    public static IReadOnlyList<int> Budgets { get; } = [BudgetsHot, BudgetsMany];

    /// <summary>What is published.</summary>
    public static ContestPlan Full { get; } = new(TimeSpan.FromSeconds(30), 5, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2), [1, 16, CallersMany, 256], TimeSpan.FromMinutes(1));

    /// <summary>For a first look.</summary>
    public static ContestPlan Short { get; } = new(TimeSpan.FromSeconds(10), 3, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), [1, CallersMany], TimeSpan.FromSeconds(15));
}
