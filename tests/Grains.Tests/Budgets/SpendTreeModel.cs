using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A delegation's tree, told plainly: it keeps all that ever happened, and adds it up anew for each question.</summary>
internal sealed class SpendTreeModel
{
    private static readonly BudgetPeriod[] Periods = [BudgetPeriod.Day, BudgetPeriod.None, BudgetPeriod.Hour, BudgetPeriod.Month, BudgetPeriod.Day];

    /// <summary>All workloads and approvals.</summary>
    public List<SpendTreeItem> Items { get; } = [];

    /// <summary>The newest limit that the tree was told, by delegation.</summary>
    public Dictionary<int, (int Version, int Quarters)> Known { get; } = [];

    public static BudgetPeriod PeriodOf(int link) => Periods[link];

    /// <summary>The limits that hold for a chain: the newer of what it says and what is known.</summary>
    public (int Version, int Quarters) Newest(int link, (int Version, int Quarters) said) =>
        Known.TryGetValue(link, out var known) && known.Version >= said.Version ? known : said;

    public int Sum(int? link, DateTimeOffset now, Func<SpendTreeItem, int> of) => Items
        .Where(item => link is not { } one || item.Links.Contains(one) && StartOf(PeriodOf(one), item.At) == StartOf(PeriodOf(one), now))
        .Sum(of);

    /// <summary>Why it does not fit; null if it does.</summary>
    public string? Fault(IEnumerable<(int Link, int Quarters)> limits, int quarters, SpendTreeItem? instead, DateTimeOffset now)
    {
        foreach (var (link, limit) in limits)
        {
            var left = limit - Sum(link, now, item => item == instead ? 0 : item.Counted);
            if (quarters > left)
                return left <= 0 ? ReasonCodes.BudgetExceeded : ReasonCodes.BudgetReservationFailed;
        }

        return null;
    }

    /// <summary>What becomes of the approval when a workload has ended that took its place.</summary>
    public void End(SpendTreeItem item, bool wasAdmitted, DateTimeOffset now)
    {
        if (item.Taken is not { } approval)
            return;

        item.Taken = null;
        var others = Items.Where(other => other.Taken == approval).ToList();
        if (wasAdmitted)
            others.ForEach(other => other.Taken = null);
        else if (others.Count == 0)
            approval.State = now < approval.ExpiresAt ? WorkloadState.Open : WorkloadState.Released;
    }

    private static DateTimeOffset StartOf(BudgetPeriod period, DateTimeOffset at) => period switch
    {
        BudgetPeriod.None => DateTimeOffset.MinValue,
        BudgetPeriod.Hour => new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero),
        BudgetPeriod.Day => new DateTimeOffset(at.Year, at.Month, at.Day, 0, 0, 0, TimeSpan.Zero),
        BudgetPeriod.Month => new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero),
        _ => throw new ArgumentOutOfRangeException(nameof(period), period, "no delegation of the model limits it"),
    };
}
