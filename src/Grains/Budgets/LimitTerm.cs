using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A limit and the time in which it is in force.</summary>
/// <param name="Limit">The most that may be used in one window.</param>
/// <param name="Period">The kind of window.</param>
/// <param name="From">When it comes into force; null for at once.</param>
/// <param name="Until">When it goes out of force; null for never.</param>
public sealed record LimitTerm(Quantity Limit, BudgetPeriod Period, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    /// <summary>Whether it limits at <paramref name="now"/>.</summary>
    public bool IsInForce(DateTimeOffset now) => !(From > now) && !IsOver(now);

    /// <summary>Whether it will never limit again.</summary>
    public bool IsOver(DateTimeOffset now) => Until <= now;

    /// <summary>
    /// The terms after a definition that wants <paramref name="target"/>. An amount changes at once, and limits are added
    /// and removed at once. Only where some periods give way to others, those count to the end of their running
    /// windows, and the others begin when the last of them has ended; at once, where one of them never would.
    /// </summary>
    public static ImmutableArray<LimitTerm> Follow(
        ImmutableArray<LimitTerm> before, ImmutableArray<LimitTerm> target, DateTimeOffset at, CalendarHistory calendar)
    {
        var wanted = before.Where(term => term.Until is null).ToList();
        var gone = wanted.Where(term => target.All(other => other.Period != term.Period)).ToList();
        var isChange = gone.Count > 0 && target.Any(term => wanted.All(other => other.Period != term.Period));

        // What an earlier change of period left to its window's end stays until then.
        var terms = before.Where(term => term.Until > at && target.All(other => other.Period != term.Period)).ToList();
        DateTimeOffset? from = null;
        foreach (var term in isChange ? gone : [])
        {
            var end = term.From > at ? term.From : calendar.At(term.Period, at).End;
            from = end > from || from is null ? end : from;
            if (!(term.From > at) && end is not null)
                terms.Add(term with { From = null, Until = end });
        }

        // A limit for all time has no end to wait for: what takes its place must not leave a time without both.
        if (gone.Exists(term => term.Period == BudgetPeriod.None && term.IsInForce(at)))
            from = null;
        foreach (var term in target)
        {
            var known = wanted.Find(other => other.Period == term.Period);
            var counts = before.Any(other => other.Period == term.Period && other.IsInForce(at));
            terms.Add(term with { From = counts ? null : known is not null ? known.From : from });
        }

        return [.. terms];
    }
}
