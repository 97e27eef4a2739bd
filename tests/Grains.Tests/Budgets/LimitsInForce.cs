namespace GenOps.ControlPlane.Budgets;

/// <summary>What one scope, or each value of a rule, may use: as written last, and what is still carried over from before.</summary>
internal sealed class LimitsInForce
{
    private List<Entry> _entries = [];

    /// <param name="Pico">The limit.</param>
    /// <param name="Period">Its window.</param>
    /// <param name="From">When it begins; null if at once.</param>
    /// <param name="Until">When it ends, having been replaced; null if it was not.</param>
    internal sealed record Entry(Int128 Pico, BudgetPeriod Period, DateTimeOffset? From = null, DateTimeOffset? Until = null);

    /// <summary>Those that count at <paramref name="now"/>.</summary>
    public IEnumerable<Entry> At(DateTimeOffset now) => Shown(now).Where(entry => entry.From is null);

    /// <summary>Those that count at <paramref name="now"/> or will later, what is carried over first.</summary>
    public IEnumerable<Entry> Shown(DateTimeOffset now) => _entries
        .Where(entry => entry.Until is not { } until || now < until)
        .Select(entry => entry.From <= now ? entry with { From = null } : entry)
        .OrderBy(entry => entry.Until is null);

    /// <summary>Writes other limits.</summary>
    /// <param name="limits">What is wanted from now on.</param>
    /// <param name="now">When it is written.</param>
    /// <param name="endOf">When the running window of a period ends; null if never.</param>
    public void Write(IReadOnlyList<(Int128 Pico, BudgetPeriod Period)> limits, DateTimeOffset now, Func<BudgetPeriod, DateTimeOffset?> endOf)
    {
        var shown = Shown(now).ToList();
        var wanted = limits.Select(limit => limit.Period).ToHashSet();
        var written = shown.Where(entry => entry.Until is null).ToList();
        var removed = written.Where(entry => !wanted.Contains(entry.Period)).ToList();
        var isExchange = removed.Count > 0 && wanted.Any(period => written.All(entry => entry.Period != period));

        // What was carried over goes on to its end, unless it is wanted again.
        var carried = shown.Where(entry => entry.Until is not null && !wanted.Contains(entry.Period)).ToList();
        DateTimeOffset? from = null;
        if (isExchange)
        {
            foreach (var entry in removed)
            {
                // What never counted has nothing to finish; but what takes its place waits as long as it would have.
                var end = entry.From ?? endOf(entry.Period);
                from = end > from || from is null ? end : from;
                if (entry.From is null && end is not null)
                    carried.Add(entry with { Until = end });
            }

            if (removed.Any(entry => entry.From is null && entry.Period == BudgetPeriod.None))
                from = null;
        }

        _entries =
        [
            .. limits.Select(limit =>
            {
                var before = written.Find(entry => entry.Period == limit.Period);
                var goesOn = shown.Exists(entry => entry.Period == limit.Period && entry.From is null);
                return new Entry(limit.Pico, limit.Period, before is not null ? before.From : goesOn ? null : from);
            }),
            .. carried,
        ];
    }
}
