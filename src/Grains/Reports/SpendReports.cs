using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Reports;

/// <summary>
/// Reports from the ledger: what budgets counted, by window or by spender. A report is of one moment, the budget's
/// newest durable entry when it began, and agrees with what was enforced then to the last digit.
/// </summary>
public sealed class SpendReports(ILedgerReader reader, IGrainFactory grains, TimeProvider time, IOptions<ReportOptions> options)
{
    private const int BudgetsPerPage = 100;

    /// <summary>Spend is reported at most this long after it happened, so no older window than this before the first definition holds any.</summary>
    private static readonly TimeSpan BackdatedMax = TimeSpan.FromDays(400);

    private int _running;

    /// <summary>What a scope used, window by window.</summary>
    /// <exception cref="NotFoundException">No such budget or scope.</exception>
    /// <exception cref="InvalidRequestException">The range is not valid, or too large.</exception>
    /// <exception cref="UnavailableException">Too many reports at once, or the ledger can't be read.</exception>
    public Task<BudgetHistory> HistoryAsync(
        TenantId tenant, BudgetRoot root, HistoryQuery query, CancellationToken cancellationToken = default)
    {
        RequireRange(query.From, query.To);
        return AloneAsync(() => ReadHistoryAsync(tenant, root, query, cancellationToken));
    }

    /// <summary>Who or what spent most in a scope.</summary>
    /// <exception cref="NotFoundException">No such budget or scope.</exception>
    /// <exception cref="InvalidRequestException">The range is not valid, or too large.</exception>
    /// <exception cref="UnavailableException">Too many reports at once, or the ledger can't be read.</exception>
    public Task<TopSpenders> TopAsync(TenantId tenant, BudgetRoot root, SpendQuery query, CancellationToken cancellationToken = default)
    {
        RequireRange(query.From, query.To);
        return AloneAsync(() => ReadTopAsync(tenant, root, query, cancellationToken));
    }

    /// <summary>What all budgets of a tenant spent, apart for each unit.</summary>
    /// <exception cref="InvalidRequestException">The range is not valid, or too large.</exception>
    /// <exception cref="UnavailableException">Too many reports at once, or the ledger can't be read.</exception>
    public Task<TenantSpend> SpendAsync(TenantId tenant, SpendQuery query, CancellationToken cancellationToken = default)
    {
        RequireRange(query.From, query.To);
        return AloneAsync(() => ReadSpendAsync(tenant, query, cancellationToken));
    }

    private async Task<BudgetHistory> ReadHistoryAsync(TenantId tenant, BudgetRoot root, HistoryQuery query, CancellationToken cancellationToken)
    {
        var budget = Grain(tenant, root);
        var calendar = await budget.GetCalendarAsync();
        var view = await FindAsync(budget, query.Scope);
        var period = query.Period ?? LimitInForce(view) ?? BudgetPeriod.Month;
        var scan = new SpendScan(reader, Stream(tenant, root), calendar.Head);
        var latest = await LatestAsync(scan, calendar, cancellationToken);
        var newest = query.To is { } to && to <= latest ? to.AddTicks(-1) : latest;
        if (query.From > newest)
            return new BudgetHistory(root, query.Scope, calendar.Unit, period, [], null);

        var history = CalendarHistory.From(calendar.Changes);
        var countMax = query.CountMax ?? (query.From is null ? HistoryQuery.CountDefault : HistoryQuery.CountLimit);
        var windows = SpendWindows.Until(instant => history.At(period, instant), newest, query.From, countMax);
        var isWhole = windows[0].Start is not { } start || start <= query.From;
        if (query is { From: not null, CountMax: null } && !isWhole)
        {
            throw new InvalidRequestException(
                "from",
                $"there are more than {HistoryQuery.CountLimit} windows of period {period.ToString().ToLowerInvariant()} from there on: "
                + "ask for a later from, an earlier to or a longer period, or give limit and read pages",
                "range_too_large");
        }

        var range = new SpendRange(query.Scope, windows[0].Start, windows[^1].End);
        var sums = new SpendWindows(windows);
        var first = await FirstAsync(scan, range, calendar.Head, 0, cancellationToken);
        await RunAsync(scan, first, new SpendFold(range, null, options.Value.WorkloadsMax), change => sums.Add(change), cancellationToken);
        if (view is null && sums.IsEmpty)
            throw ScopeNotFound(root, query.Scope);

        var isFirst = isWhole || windows[0].Start <= calendar.Changes[0].At - BackdatedMax;
        return new BudgetHistory(root, query.Scope, calendar.Unit, period, sums.Items, isFirst ? null : windows[0].Start);
    }

    private async Task<TopSpenders> ReadTopAsync(TenantId tenant, BudgetRoot root, SpendQuery query, CancellationToken cancellationToken)
    {
        var budget = Grain(tenant, root);
        var calendar = await budget.GetCalendarAsync();
        var view = await FindAsync(budget, query.Scope);
        var scan = new SpendScan(reader, Stream(tenant, root), calendar.Head);
        var last = query.To?.AddTicks(-1) ?? await LatestAsync(scan, calendar, cancellationToken);
        var month = CalendarHistory.From(calendar.Changes).At(BudgetPeriod.Month, last);
        var range = new SpendRange(query.Scope, query.From ?? month.Start, query.To ?? (query.From is null ? month.End : null));
        var first = await FirstAsync(scan, range, calendar.Head, 0, cancellationToken);
        var ranking = await RankAsync(scan, first, range, query.By, cancellationToken);
        if (view is null && ranking.IsEmpty)
            throw ScopeNotFound(root, query.Scope);

        var (items, other) = ranking.Top(query.CountMax);
        return new TopSpenders(root, query.Scope, calendar.Unit, query.By, range.From!.Value, range.To, items, other, ranking.Total);
    }

    private async Task<TenantSpend> ReadSpendAsync(TenantId tenant, SpendQuery query, CancellationToken cancellationToken)
    {
        // Budgets have calendars of their own, so the months of a tenant are those of UTC.
        var last = (query.To?.AddTicks(-1) ?? time.GetUtcNow()).UtcDateTime;
        var range = new SpendRange(
            ScopePath.Root, query.From ?? new DateTimeOffset(last.Year, last.Month, 1, 0, 0, 0, TimeSpan.Zero), query.To);
        var units = new SortedDictionary<string, (Unit Unit, int Budgets, SpendRanking Ranking)>(StringComparer.Ordinal);
        var entries = 0L;
        var budgets = 0;
        await foreach (var root in BudgetsAsync(tenant, cancellationToken))
        {
            if (++budgets > options.Value.BudgetsMax)
            {
                throw new InvalidRequestException(
                    "tenant", $"has more than {options.Value.BudgetsMax} budgets; ask for the top of each, or have GenOps:Reports:BudgetsMax raised", "range_too_large");
            }

            if (await FindCalendarAsync(Grain(tenant, root)) is not { } calendar)
                continue;

            var scan = new SpendScan(reader, Stream(tenant, root), calendar.Head);
            var first = await FirstAsync(scan, range, calendar.Head, entries, cancellationToken);
            entries += calendar.Head - first + 1;
            var ranking = await RankAsync(scan, first, range, query.By, cancellationToken);
            if (units.TryGetValue(calendar.Unit.Code, out var known))
            {
                known.Ranking.Add(ranking);
                SpendScan.RequireValues(known.Ranking.Count, options.Value.ValuesMax);
                units[calendar.Unit.Code] = known with { Budgets = known.Budgets + 1 };
            }
            else
            {
                units.Add(calendar.Unit.Code, (calendar.Unit, 1, ranking));
            }
        }

        return new TenantSpend(query.By, range.From!.Value, range.To, [.. units.Values.Select(unit => UnitSpendOf(unit.Unit, unit.Budgets, unit.Ranking, query.CountMax))]);
    }

    private static UnitSpend UnitSpendOf(Unit unit, int budgets, SpendRanking ranking, int countMax)
    {
        var (items, other) = ranking.Top(countMax);
        return new UnitSpend(unit, budgets, items, other, ranking.Total);
    }

    private async Task<SpendRanking> RankAsync(
        SpendScan scan, long first, SpendRange range, SpendDimension by, CancellationToken cancellationToken)
    {
        var ranking = new SpendRanking();
        await RunAsync(scan, first, new SpendFold(range, by, options.Value.WorkloadsMax), change => ranking.Add(change), cancellationToken);
        return ranking;
    }

    private Task RunAsync(SpendScan scan, long first, SpendFold fold, Action<SpendChange> add, CancellationToken cancellationToken) =>
        scan.RunAsync(first, fold, options.Value.ValuesMax, add, cancellationToken);

    /// <summary>Where to begin, if there is not too much to read.</summary>
    private async Task<long> FirstAsync(SpendScan scan, SpendRange range, long head, long entriesBefore, CancellationToken cancellationToken)
    {
        var first = await scan.FirstAsync(range.From, cancellationToken);
        var entries = entriesBefore + head - first + 1;
        return entries <= options.Value.EntriesMax
            ? first
            : throw new InvalidRequestException(
                "from",
                $"there are {entries} entries since {(range.From is { } from ? from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) : "the beginning")}, "
                + $"and a report reads at most {options.Value.EntriesMax}: ask for a later from, or have GenOps:Reports:EntriesMax raised",
                "range_too_large");
    }

    /// <summary>Now, or the newest entry's instant where its silo's clock runs ahead of this one's.</summary>
    private async Task<DateTimeOffset> LatestAsync(SpendScan scan, BudgetCalendarView calendar, CancellationToken cancellationToken)
    {
        var written = await scan.AtAsync(calendar.Head, cancellationToken);
        var now = time.GetUtcNow();
        return written > now ? written : now;
    }

    private async Task<T> AloneAsync<T>(Func<Task<T>> report)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > options.Value.ConcurrentMax)
            {
                throw UnavailableException.Overloaded(
                    $"this node works on {options.Value.ConcurrentMax} reports already; ask again in a moment");
            }

            return await report();
        }
        catch (LedgerStoreException error)
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private static void RequireRange(DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from < DateTimeOffset.UnixEpoch)
            throw new InvalidRequestException("from", "must not be before 1970-01-01T00:00:00Z");
        if (to <= DateTimeOffset.UnixEpoch || to?.Year > 9000)
            throw new InvalidRequestException("to", "must be after 1970-01-01T00:00:00Z, and before the year 9001");
        if (to <= from)
            throw new InvalidRequestException("to", "must be after from");
    }

    private static BudgetPeriod? LimitInForce(BudgetView? view) =>
        view?.Limits.FirstOrDefault(limit => limit is { Limit: not null, From: null })?.Period;

    /// <summary>The scope as the budget knows it; null if it does not, or not any more.</summary>
    private static async Task<BudgetView?> FindAsync(IBudgetGrain budget, ScopePath scope)
    {
        try
        {
            return await budget.GetAsync(scope, null, 1);
        }
        catch (NotFoundException error) when (error.Code == "scope_not_found")
        {
            return null;
        }
    }

    /// <summary>What is needed to read a budget's entries; null if it was never defined.</summary>
    private static async Task<BudgetCalendarView?> FindCalendarAsync(IBudgetGrain budget)
    {
        try
        {
            return await budget.GetCalendarAsync();
        }
        catch (NotFoundException error) when (error.Code == "budget_not_found")
        {
            return null;
        }
    }

    private static NotFoundException ScopeNotFound(BudgetRoot root, ScopePath scope) =>
        new("scope_not_found", $"the budget {root} has no scope {scope}, and nothing was charged to it in this range; ask for an earlier from");

    private async IAsyncEnumerable<BudgetRoot> BudgetsAsync(
        TenantId tenant, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = $"b/{tenant}/";
        for (string? after = null; ;)
        {
            var page = await reader.ListStreamsAsync(prefix, after, BudgetsPerPage, cancellationToken);
            foreach (var stream in page)
                yield return BudgetRoot.Parse(stream.Name);

            if (page.Length < BudgetsPerPage)
                yield break;
            after = page[^1].Value;
        }
    }

    private static StreamId Stream(TenantId tenant, BudgetRoot root) => new(IBudgetGrain.Key(tenant, root));

    private IBudgetGrain Grain(TenantId tenant, BudgetRoot root) =>
        grains.Find<IBudgetGrain>(IBudgetGrain.Key(tenant, root));
}
