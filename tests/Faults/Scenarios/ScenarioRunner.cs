using System.Collections.Immutable;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>Runs scenarios, each on a cluster of its own or several on one, and audits what is left.</summary>
public static class ScenarioRunner
{
    private static readonly TimeSpan EndMax = TimeSpan.FromSeconds(90);

    /// <summary>Runs one.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="plan">How much of it.</param>
    /// <param name="cluster">The cluster to use instead of the scenario's, for a storage or a build of one's own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The result; a scenario that can't go on is one, too.</returns>
    /// <exception cref="MissingToolException">Something that it needs is not installed.</exception>
    public static async Task<ScenarioResult> RunAsync(
        Scenario scenario, ScenarioPlan? plan = null, ClusterOptions? cluster = null, CancellationToken cancellationToken = default) =>
        (await RunTogetherAsync([scenario], plan, cluster, null, cancellationToken))[0];

    /// <summary>Runs several in turn over one cluster, one load and one history, which are audited once, at the end.</summary>
    /// <param name="scenarios">The scenarios; the first one's organisation is under load.</param>
    /// <param name="plan">How much of each.</param>
    /// <param name="cluster">The cluster to use; what all of the scenarios need together if absent.</param>
    /// <param name="progress">Is told what is being done; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A result for each, with the audit of all of them; where one can't go on, none is good.</returns>
    /// <exception cref="MissingToolException">Something that they need is not installed.</exception>
    public static async Task<ImmutableArray<ScenarioResult>> RunTogetherAsync(
        IReadOnlyList<Scenario> scenarios, ScenarioPlan? plan = null, ClusterOptions? cluster = null, IProgress<string>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenarios);
        plan ??= ScenarioPlan.Short;
        var history = new History();
        var runs = new ScenarioRun?[scenarios.Count];
        AuditReport? audit = null;
        List<string> faults = [];
        try
        {
            progress?.Report("the cluster starts");
            ClusterOfSilos? started = null;
            await Deadline.KeepAsync(
                async ending => started = await ClusterOfSilos.StartAsync(cluster ?? Needed(scenarios), ending), plan.StageMax, () => "the cluster to start", cancellationToken);
            await using var silos = new Ended(started!, "the processes to end", faults);
            audit = await RunAsync(started!, scenarios, runs, plan, history, faults, progress, cancellationToken);
        }
        catch (Exception error) when (error is HarnessException and not MissingToolException or NpgsqlException)
        {
            faults.Insert(0, error.Message);
        }

        var fault = faults.Count == 0 ? null : string.Join(Environment.NewLine, faults);

        return [.. scenarios.Zip(runs, (scenario, run) => ResultOf(scenario, run, plan, audit, fault))];
    }

    private static async Task<AuditReport> RunAsync(
        ClusterOfSilos silos, IReadOnlyList<Scenario> scenarios, ScenarioRun?[] runs, ScenarioPlan plan, History history, List<string> faults,
        IProgress<string>? progress, CancellationToken cancellationToken)
    {
        string Seen() => $"{history.LastSeen()}{Environment.NewLine}{silos.Output}";
        var organisation = scenarios[0].Organisation();
        await Deadline.KeepAsync(ending => organisation.PrepareAsync(silos, history, ending), plan.StageMax, () => $"the organisation to be made; {Seen()}", cancellationToken);
        var tail = new LedgerTail(silos.Rows);
        await using var followed = new Ended(tail, "the follower of the ledger to end", faults);
        var load = await GovernedLoad.BeginAsync(silos, organisation, history, scenarios[0].Load(plan.Load), cancellationToken);
        await using (new Ended(load, "the load's client to end", faults))
        {
            for (var round = 1; round <= scenarios.Max(scenario => RoundsOf(scenario, plan)); round++)
            {
                for (var turn = 0; turn < scenarios.Count; turn++)
                {
                    var (scenario, rounds) = (scenarios[turn], RoundsOf(scenarios[turn], plan));
                    if (round > rounds)
                        continue;
                    var run = runs[turn] ??= new ScenarioRun(scenario, silos, load, plan, turn);
                    progress?.Report($"({scenario.Letter}) {scenario.Name}, round {round} of {rounds}; {history.Acknowledged:N0} calls acknowledged");
                    await RunRoundAsync(run, round, Seen, cancellationToken);
                }
            }

            progress?.Report($"the load ends; {history.Acknowledged:N0} calls acknowledged");
            await Deadline.KeepAsync(_ => load.EndAsync(), plan.StageMax, () => $"the load's callers to end; {Seen()}", cancellationToken);
        }

        progress?.Report($"the ledger is read; {history.Acknowledged:N0} calls acknowledged");
        var options = new AuditOptions
        {
            Outages = [.. runs.SelectMany(run => run!.Outages).Select(outage => (outage.From, outage.To + plan.Load.AttemptTimeout))],
        };
        AuditReport? audit = null;
        await Deadline.KeepAsync(
            async ending => audit = await ClusterAudit.CheckAsync(silos, history, tail, options, ending), plan.StageMax, () => $"the audit; {silos.Output}", cancellationToken);
        RequireSeen(runs, scenarios[0].Load(plan.Load), audit!);
        return audit!;
    }

    private static async Task RunRoundAsync(ScenarioRun run, int round, Func<string> seen, CancellationToken cancellationToken)
    {
        var plan = run.Plan;
        using (run.Begin(round))
        {
            await Deadline.KeepAsync(
                async ending =>
                {
                    run.WaitsFor("calls before the fault");
                    await run.Load.ProgressAsync(plan.CallsBefore, plan.ProgressMax, ending);
                    run.WaitsFor("what the scenario does");
                    await run.Scenario.Act(run, ending);
                    run.WaitsFor("calls after the recovery");
                    await run.Load.ProgressAsync(plan.CallsAfter, plan.ProgressMax, ending);
                },
                plan.RoundMax + (plan.Reader ?? TimeSpan.Zero), () => $"({run.Scenario.Letter}), round {round}, which waited for {run.Waiting}; {seen()}", cancellationToken);
        }
    }

    /// <summary>An audit of nothing finds nothing.</summary>
    private static void RequireSeen(IEnumerable<ScenarioRun?> runs, LoadOptions load, AuditReport audit)
    {
        foreach (var run in runs)
        {
            if (audit.Count("allowances checked for authority") == 0)
                run!.Miss("nothing was allowed whose authority could be checked");
            if (load.AuthorityInterval is not null && audit.Count("  revocations") == 0)
                run!.Miss("nothing was revoked");
        }
    }

    private static int RoundsOf(Scenario scenario, ScenarioPlan plan) => Math.Max(plan.Rounds, scenario.RoundsMin);

    private static ScenarioResult ResultOf(Scenario scenario, ScenarioRun? run, ScenarioPlan plan, AuditReport? audit, string? fault) => new(
        scenario.Letter, scenario.Name, scenario.What, RoundsOf(scenario, plan), run?.Acknowledged ?? 0, run?.Errors ?? 0, Math.Round(run?.Elapsed.TotalSeconds ?? 0, 1),
        [.. (run?.Recoveries ?? []).Select(recovery => Math.Round(recovery.TotalSeconds, 3))], scenario.RecoveryMax?.TotalSeconds, run?.Notes ?? [], audit, fault)
    {
        Misses = run?.Misses ?? [],
    };

    private static ClusterOptions Needed(IReadOnlyList<Scenario> scenarios) => scenarios[0].Cluster with
    {
        Silos = scenarios.Max(scenario => scenario.Cluster.Silos),
        HasProxies = scenarios.Any(scenario => scenario.Cluster.HasProxies),
        HasFakeClocks = scenarios.Any(scenario => scenario.Cluster.HasFakeClocks),
        Postgres = scenarios.MaxBy(scenario => scenario.Cluster.Postgres.DiskMiB ?? 0)!.Cluster.Postgres with
        {
            // What the others write, and what it takes to check it, needs room as well.
            DiskMiB = scenarios.Max(scenario => scenario.Cluster.Postgres.DiskMiB) * scenarios.Count,
            Settings = scenarios.SelectMany(scenario => scenario.Cluster.Postgres.Settings).DistinctBy(setting => setting.Key).ToImmutableDictionary(),
        },
        Environment = scenarios.SelectMany(scenario => scenario.Cluster.Environment).DistinctBy(setting => setting.Key).ToImmutableDictionary(),
    };

    /// <summary>Something whose end may take so long and no longer; a fault of its end hides none that came before.</summary>
    private sealed class Ended(IAsyncDisposable what, string otherwise, List<string> faults) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await Deadline.KeepAsync(_ => what.DisposeAsync().AsTask(), EndMax, () => otherwise, CancellationToken.None);
            }
            catch (HarnessException error)
            {
                faults.Add(error.Message);
            }
        }
    }
}
