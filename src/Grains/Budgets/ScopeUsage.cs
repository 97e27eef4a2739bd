using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// What one scope used, in every kind of window, so that a limit added today counts what was spent this month. Past
/// windows leave memory once nothing is held in them; the ledger has them.
/// </summary>
internal sealed class ScopeUsage
{
    private readonly List<WindowUsage> _windows = new(WindowCalendar.Periods.Count);

    public IReadOnlyList<WindowUsage> Windows => _windows;

    /// <summary>The usage of <paramref name="window"/>; null if there was none, or it is past and settled.</summary>
    public WindowUsage? Find(BudgetWindow window)
    {
        foreach (var usage in _windows)
        {
            if (usage.Window.Period == window.Period && usage.Window.Start == window.Start)
                return usage;
        }

        return null;
    }

    /// <summary>The usage of a window that is running.</summary>
    public WindowUsage Running(BudgetWindow window)
    {
        if (Find(window) is { } known)
            return known;

        _windows.RemoveAll(past => past.Window.Period == window.Period && past.Window.End <= window.Start && past.IsSettled);
        var usage = new WindowUsage(window);
        _windows.Add(usage);
        return usage;
    }

    /// <summary>Puts back what a snapshot kept.</summary>
    public void Restore(BudgetWindow window, Quantity spent, Quantity reserved, Quantity unresolved, Quantity overrun) =>
        _windows.Add(new WindowUsage(window) { Spent = spent, Reserved = reserved, Unresolved = unresolved, Overrun = overrun });
}
