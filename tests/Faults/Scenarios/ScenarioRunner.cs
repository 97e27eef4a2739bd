using System.Collections.Immutable;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>Runs scenarios, each on a cluster of its own or several on one, and audits what is left.</summary>
public static class ScenarioRunner
{
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
        string? fault = null;
        try
        {
            progress?.Report("the cluster starts");
            await using var silos = await ClusterOfSilos.StartAsync(cluster ?? Needed(scenarios), cancellationToken);
            var organisation = scenarios[0].Organisation();
            await organisation.PrepareAsync(silos, history, cancellationToken);
            await using var tail = new LedgerTail(silos.Rows);
            await using (var load = await GovernedLoad.BeginAsync(silos, organisation, history, scenarios[0].Load(plan.Load), cancellationToken))
            {
                for (var round = 1; round <= plan.Rounds; round++)
                {
                    for (var turn = 0; turn < scenarios.Count; turn++)
                    {
                        var scenario = scenarios[turn];
                        var run = runs[turn] ??= new ScenarioRun(scenario, silos, load, plan, turn);
                        progress?.Report($"({scenario.Letter}) {scenario.Name}, round {round} of {plan.Rounds}; {history.Acknowledged:N0} calls acknowledged");
                        using (run.Begin(round))
                        {
                            await load.ProgressAsync(plan.CallsBefore, plan.ProgressMax, cancellationToken);
                            await scenario.Act(run, cancellationToken);
                            await load.ProgressAsync(plan.CallsAfter, plan.ProgressMax, cancellationToken);
                        }
                    }
                }

                await load.EndAsync();
            }

            progress?.Report($"the ledger is read; {history.Acknowledged:N0} calls acknowledged");
            var options = new AuditOptions
            {
                Outages = [.. runs.SelectMany(run => run!.Outages).Select(outage => (outage.From, outage.To + plan.Load.AttemptTimeout))],
            };
            audit = await ClusterAudit.CheckAsync(silos, history, tail, options, cancellationToken);
        }
        catch (Exception error) when (error is HarnessException and not MissingToolException or NpgsqlException)
        {
            fault = error.Message;
        }

        return [.. scenarios.Zip(runs, (scenario, run) => ResultOf(scenario, run, plan, audit, fault))];
    }

    private static ScenarioResult ResultOf(Scenario scenario, ScenarioRun? run, ScenarioPlan plan, AuditReport? audit, string? fault) => new(
        scenario.Letter, scenario.Name, scenario.What, plan.Rounds, run?.Acknowledged ?? 0, run?.Errors ?? 0, Math.Round(run?.Elapsed.TotalSeconds ?? 0, 1),
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
            Settings = scenarios.SelectMany(scenario => scenario.Cluster.Postgres.Settings).DistinctBy(setting => setting.Key).ToImmutableDictionary(),
        },
        Environment = scenarios.SelectMany(scenario => scenario.Cluster.Environment).DistinctBy(setting => setting.Key).ToImmutableDictionary(),
    };
}
