using System.Text.Json;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Faults;

/// <summary>Compares a whole ledger with everything that callers did and were told.</summary>
public static class ClusterAudit
{
    private const int FaultsMax = 100;
    private const int FaultsOfOneKindMax = 20;
    private const int RereadsMax = 30;

    private static readonly TimeSpan RereadInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Checks rows and history against each other.
    /// </summary>
    /// <param name="rows">All rows of the ledger, by position.</param>
    /// <param name="history">What callers did and were told.</param>
    /// <param name="shown">The positions that a <see cref="LedgerTail"/> was shown; null if none followed.</param>
    /// <param name="options">What is taken for granted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<AuditReport> CheckAsync(
        IAsyncEnumerable<LedgerRow> rows, History history, IReadOnlyList<long>? shown = null, AuditOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        return Report(await LedgerAudit.ReadAsync(rows, cancellationToken), history, shown, options ?? new AuditOptions(), []);
    }

    /// <summary>
    /// Waits until no hold is open any more, at most a minute, and checks the ledger with SQL and by the evidence API, which
    /// has to show the same entries.
    /// </summary>
    /// <param name="cluster">The cluster, of which a silo runs.</param>
    /// <param name="history">What callers did and were told.</param>
    /// <param name="tail">Who followed the ledger meanwhile, and is ended; null if nobody did.</param>
    /// <param name="options">What is taken for granted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<AuditReport> CheckAsync(
        ClusterOfSilos cluster, History history, LedgerTail? tail = null, AuditOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(history);
        options ??= new AuditOptions();
        var ledger = await LedgerAudit.ReadAsync(cluster.Rows.AllAsync(cancellationToken), cancellationToken);
        using var timer = new PeriodicTimer(RereadInterval);
        for (var reread = 0; options.IsQuiet && ledger.Open > 0 && reread < RereadsMax; reread++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            ledger = await LedgerAudit.ReadAsync(cluster.Rows.AllAsync(cancellationToken), cancellationToken);
        }

        // What expires after the load is shown to the follower as well.
        var shown = tail is null ? null : await tail.EndAsync(cancellationToken);
        var evidence = new List<string>();
        foreach (var tenant in history.Calls.Select(call => call.Tenant).Distinct())
            evidence.AddRange(await FindNotInEvidenceAsync(cluster, tenant, cancellationToken));
        return Report(ledger, history, shown, options, evidence);
    }

    private static AuditReport Report(
        LedgerAudit ledger, History history, IReadOnlyList<long>? shown, AuditOptions options, IReadOnlyList<string> evidence)
    {
        var calls = history.Calls;
        var decisions = calls.Where(call => call.Kind == CallKind.Authorize && call.IsAcknowledged).Select(call => (call.Subject, call.Answer!)).Distinct().ToArray();
        var settlements = calls.Where(call => call.Kind is CallKind.Reconcile or CallKind.Release && call.IsAcknowledged)
            .DistinctBy(call => call.Subject).Select(call => new AcknowledgedSettlement(WorkloadId.Parse(call.Subject), call.Actual)).ToArray();
        var settled = settlements.Select(settlement => settlement.Id.ToString()).ToHashSet();
        var unsure = calls.Where(call => call.Kind is CallKind.Reconcile or CallKind.Release && !settled.Contains(call.Subject))
            .Select(call => call.Subject).ToHashSet();
        var authority = new AuthorityAudit(calls);

        KeyValuePair<string, long>[] counts =
        [
            new("entries in the ledger", ledger.Entries),
            new("streams", ledger.Streams),
            new("workloads", ledger.Workloads),
            new("acknowledged calls", history.Acknowledged),
            new("  decisions", decisions.Length),
            new("  settlements", settlements.Length),
            new("  revocations", authority.Revocations),
            new("  suspensions", authority.Suspensions),
            new("explicit errors", calls.LongCount(call => call.End == CallEnd.Refused)),
            new("broken connections", calls.LongCount(call => call.End == CallEnd.Broken)),
            new("unanswered calls", calls.LongCount(call => call.End == CallEnd.Unanswered)),
            new("allowances checked for authority", authority.Allowances),
            new("admissions by budgets", ledger.Budgets.Values.Sum(budget => (long)budget.Admissions)),
            new("  compared with limits", ledger.Budgets.Values.Sum(budget => budget.Comparisons)),
            new("refusals by budgets", ledger.Budgets.Values.Sum(budget => (long)budget.Refusals)),
            new("limits with windows (not compared)", ledger.Budgets.Values.Sum(budget => (long)budget.LimitsWithWindows)),
            new("positions shown to a follower", shown?.Count ?? 0),
            new("holds still open", ledger.Open),
        ];
        (string Promise, IEnumerable<string> Faults)[] checks =
        [
            ("chain, prefix or budget broken", ledger.Faults),
            ("told, and not there exactly once", ledger.FindUnkept(decisions, settlements).Concat(ledger.FindUnkeptActs(calls))),
            ("decided twice", ledger.FindDecidedTwice()),
            ("allowed after an acknowledged end", authority.FindAllowedAfterTheEnd()),
            ("ended in a way that can't be", options.IsQuiet ? Unended(ledger).Concat(ledger.FindInconsistent(unsure)) : []),
            ("passed over by a follower", shown is null ? [] : ledger.FindUnseen(shown)),
            ("not answered, or not explicitly", FindNotExplicit(calls, options)),
            ("wrong whatever happened", history.Faults),
            ("not the same in the evidence API", evidence),
        ];

        var broken = new List<KeyValuePair<string, long>>();
        var faults = new List<string>();
        foreach (var (promise, found) in checks)
        {
            var all = found.ToArray();
            broken.Add(new(promise, all.Length));
            faults.AddRange(all.Take(FaultsOfOneKindMax).Select(fault => $"{promise}: {fault}"));
        }

        return new AuditReport(counts, broken, [.. faults.Take(FaultsMax)], ledger.Open);
    }

    private static IEnumerable<string> Unended(LedgerAudit ledger) =>
        ledger.Open == 0 ? [] : [$"{ledger.Open} holds are still open"];

    private static IEnumerable<string> FindNotExplicit(IEnumerable<Call> calls, AuditOptions options)
    {
        foreach (var call in calls)
        {
            var what = $"{call.Kind} of {call.Subject} through {call.Door} in [{call.Began}, {call.Ended}]";
            if (call.Ended - call.Began > options.CallMax)
                yield return $"{what} took {(call.Ended - call.Began).TotalSeconds:0.0} s";
            if (call.End == CallEnd.Unanswered && call.Ended - call.Began >= options.AnswerMax && !options.Outages.Any(outage => call.Began <= outage.To && call.Ended >= outage.From))
                yield return $"{what}: {call.Error}";
            if (call.End == CallEnd.Refused && !IsFine(call, options))
                yield return $"{what}: {call.Error}";
        }
    }

    private static bool IsFine(Call call, AuditOptions options) =>
        call.Error!.StartsWith("503 ", StringComparison.Ordinal)
        || call.IsLate // its caller has gone on: a grant may have been taken away since, say
        || call.Kind == CallKind.Authorize && call.Error == "409 authority_revoked"
        || options.Refusals.Contains(call.Error);

    /// <summary>Compares the evidence API's entries with the rows, and asks it to verify them.</summary>
    private static async Task<IEnumerable<string>> FindNotInEvidenceAsync(ClusterOfSilos cluster, string tenant, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var known = new Dictionary<(string Stream, long Seq), string>();
        await foreach (var row in cluster.Rows.AllAsync(cancellationToken))
        {
            if (row.Tenant == tenant)
                known.Add((row.Stream, row.Seq), Convert.ToHexStringLower(row.Hash));
        }

        string? cursor = null;
        do
        {
            var path = $"/v1/tenants/{tenant}/evidence?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
            using var page = JsonDocument.Parse(await cluster.GetAsync(path, cancellationToken));
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                var place = (item.GetProperty("stream").GetString()!, item.GetProperty("seq").GetInt64());
                if (!known.Remove(place, out var hash) || item.GetProperty("hash").GetString() != hash)
                    faults.Add($"{place} is shown, and is not that row, or was shown before");
            }

            cursor = page.RootElement.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        faults.AddRange(known.Keys.Select(place => $"{place} is not shown"));
        var verified = await cluster.GetAsync($"/v1/tenants/{tenant}/evidence/verify", cancellationToken);
        if (!verified.Contains("\"verified\":true", StringComparison.Ordinal))
            faults.Add(verified);
        return faults;
    }
}
