using System.Collections.Concurrent;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The rules of budgets, slow and obvious: a flat list of everything that was ever held or spent, summed anew for every
/// question. It shares no code with the tree, and knows windows only as dates on the wall.
/// </summary>
internal sealed class BudgetModel(TimeZoneInfo zone)
{
    private static readonly ConcurrentDictionary<(string Zone, DateOnly Date), DateTimeOffset> Starts = new();

    private readonly List<Item> _items = [];

    public DefinitionDraft? Draft { get; set; }

    public bool IsArchived { get; set; }

    public IReadOnlyList<Item> Items => _items;

    /// <summary>What somebody asked for or spent.</summary>
    internal sealed class Item
    {
        public required WorkloadId Id { get; init; }

        public required string Scope { get; init; }

        public required DateTimeOffset At { get; init; }

        public required DateOnly Date { get; init; }

        public required Int128 Reserved { get; init; }

        public required WorkloadState State { get; set; }

        public bool AsHold { get; init; }

        public bool WasAdmitted { get; init; }

        public bool IsUsage { get; init; }

        public DateTimeOffset ExpiresAt { get; set; }

        public Int128? Actual { get; set; }

        /// <summary>Whether its money was free for others at any time.</summary>
        public bool WasGivenBack { get; set; }

        public bool WasReleasedByClient { get; set; }

        public Int128 Overrun => Actual is not { } actual ? 0
            : IsUsage || WasGivenBack ? actual
            : actual > Reserved ? actual - Reserved : 0;
    }

    internal sealed record Row(
        Int128? Limit, BudgetPeriod Period, Int128 Spent, Int128 Reserved, Int128 Unresolved, Int128 Overrun, Int128? Remaining,
        DateTimeOffset? Start, DateTimeOffset? End);

    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    public void Add(Item item) => _items.Add(item);

    public Int128? Cost(BudgetStep.Cost price) =>
        price.Pico ?? (Draft is { HasDefaultPrice: true } && price is { InputTokens: { } input, OutputTokens: { } output }
            ? (input * DefinitionDraft.InputPico) + (output * DefinitionDraft.OutputPico)
            : null);

    /// <summary>Why it is refused, or what the tightest limit leaves.</summary>
    public (string? Code, Int128? Remaining) Admit(string scope, Int128? amount, DateTimeOffset now)
    {
        if (Draft is null || IsArchived || !Draft.Has(scope))
            return (ReasonCodes.BudgetMissing, null);
        if (amount is not { } asked)
            return (ReasonCodes.PriceUnknown, null);

        Int128? remaining = null;
        foreach (var path in DefinitionDraft.Paths.Where(path => IsWithin(scope, path)).OrderBy(path => path.Length))
        {
            foreach (var (limit, period) in Draft.LimitsOf(path))
            {
                var (spent, reserved, unresolved, _) = Sums(path, period, now);
                var left = limit - spent - reserved - unresolved;
                if (asked > left)
                    return (left <= 0 ? ReasonCodes.BudgetExceeded : ReasonCodes.BudgetReservationFailed, null);
                remaining = remaining is { } least && least < left - asked ? least : left - asked;
            }
        }

        return (null, remaining);
    }

    public bool IsKnown(string scope) => Draft is not null && (Draft.Has(scope) || _items.Any(item => item.WasAdmitted && IsWithin(item.Scope, scope)));

    public List<Row> View(string scope, DateTimeOffset now)
    {
        var limits = Draft!.Has(scope) ? Draft.LimitsOf(scope) : [];
        return limits.Count == 0
            ? [ViewRow(scope, null, BudgetPeriod.None, now)]
            : [.. limits.Select(limit => ViewRow(scope, limit.Pico, limit.Period, now))];
    }

    /// <summary>The first instant at which the wall shows <paramref name="date"/> or a later one, found by looking every quarter of an hour.</summary>
    public DateTimeOffset StartOf(DateOnly date) => Starts.GetOrAdd((zone.Id, date), key =>
    {
        var instant = new DateTimeOffset(key.Date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddHours(-26);
        while (DateOf(instant) < key.Date)
            instant = instant.AddMinutes(15);
        return instant;
    });

    public DateTimeOffset EndOf(BudgetPeriod period, DateTimeOffset now)
    {
        var date = DateOf(now);
        return StartOf(period == BudgetPeriod.Day ? date.AddDays(1) : new DateOnly(date.Year, date.Month, 1).AddMonths(1));
    }

    private static bool IsWithin(string scope, string above) =>
        above.Length == 0 || scope == above || scope.StartsWith(above + "/", StringComparison.Ordinal);

    private Row ViewRow(string scope, Int128? limit, BudgetPeriod period, DateTimeOffset now)
    {
        var (spent, reserved, unresolved, overrun) = Sums(scope, period, now);
        var date = DateOf(now);
        return new Row(
            limit, period, spent, reserved, unresolved, overrun, limit - spent - reserved - unresolved,
            period switch
            {
                BudgetPeriod.None => null,
                BudgetPeriod.Day => StartOf(date),
                _ => StartOf(new DateOnly(date.Year, date.Month, 1)),
            },
            period == BudgetPeriod.None ? null : EndOf(period, now));
    }

    private (Int128 Spent, Int128 Reserved, Int128 Unresolved, Int128 Overrun) Sums(string scope, BudgetPeriod period, DateTimeOffset now)
    {
        Int128 spent = 0, reserved = 0, unresolved = 0, overrun = 0;
        var date = DateOf(now);
        foreach (var item in _items)
        {
            var sameWindow = period switch
            {
                BudgetPeriod.None => true,
                BudgetPeriod.Day => item.Date == date,
                _ => item.Date.Year == date.Year && item.Date.Month == date.Month,
            };
            if (!sameWindow || !IsWithin(item.Scope, scope))
                continue;

            switch (item.State)
            {
                case WorkloadState.Open:
                    reserved += item.Reserved;
                    break;
                case WorkloadState.Unresolved:
                    unresolved += item.Reserved;
                    break;
                case WorkloadState.Reconciled:
                    spent += item.Actual!.Value;
                    overrun += item.Overrun;
                    break;
            }
        }

        return (spent, reserved, unresolved, overrun);
    }
}
