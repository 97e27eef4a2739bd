using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A quantity for each kind of window, by <see cref="BudgetPeriod"/>.</summary>
[InlineArray(PeriodCount)]
internal struct PerPeriod
{
    /// <summary>How many kinds of window there are.</summary>
    public const int PeriodCount = 7;

    private Quantity _first;

    /// <summary>Whether all of them are nothing.</summary>
    public readonly bool IsZero
    {
        get
        {
            foreach (ref readonly var quantity in (ReadOnlySpan<Quantity>)this)
            {
                if (!quantity.IsZero)
                    return false;
            }

            return true;
        }
    }
}
