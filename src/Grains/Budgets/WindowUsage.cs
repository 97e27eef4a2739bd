using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>What one scope used in one window.</summary>
/// <param name="window">The window.</param>
internal sealed class WindowUsage(BudgetWindow window)
{
    public BudgetWindow Window { get; } = window;

    /// <summary>Actuals recorded.</summary>
    public Quantity Spent { get; set; }

    /// <summary>Held for running work.</summary>
    public Quantity Reserved { get; set; }

    /// <summary>Held for work whose end nobody reported.</summary>
    public Quantity Unresolved { get; set; }

    /// <summary>The part of <see cref="Spent"/> that was above its reservation.</summary>
    public Quantity Overrun { get; set; }

    /// <summary>All that counts against a limit.</summary>
    public Quantity Used => Spent + Reserved + Unresolved;

    /// <summary>Whether nothing is held here any more.</summary>
    public bool IsSettled => Reserved.IsZero && Unresolved.IsZero;
}
