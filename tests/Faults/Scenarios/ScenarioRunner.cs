namespace GenOps.ControlPlane.Faults;

/// <summary>Runs scenarios, each on a cluster of its own, and audits what is left.</summary>
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
        Scenario scenario, ScenarioPlan? plan = null, ClusterOptions? cluster = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        plan ??= ScenarioPlan.Short;
        var history = new History();
        ScenarioRun? run = null;
        AuditReport? audit = null;
        string? fault = null;
        var (began, ended) = (TimeSpan.Zero, TimeSpan.Zero);
        try
        {
            await using var silos = await ClusterOfSilos.StartAsync(cluster ?? scenario.Cluster, cancellationToken);
            var organisation = scenario.Organisation();
            await organisation.PrepareAsync(silos, history, cancellationToken);
            await using var tail = new LedgerTail(silos.Rows);
            began = history.Now;
            await using (var load = await GovernedLoad.BeginAsync(silos, organisation, history, plan.Load, cancellationToken))
            {
                run = new ScenarioRun(silos, load, plan, 1);
                for (; run.Round <= plan.Rounds; run.Round++)
                {
                    await load.ProgressAsync(plan.CallsBefore, plan.ProgressMax, cancellationToken);
                    await scenario.Act(run, cancellationToken);
                    await load.ProgressAsync(plan.CallsAfter, plan.ProgressMax, cancellationToken);
                }

                await load.EndAsync();
                ended = history.Now;
            }

            var options = new AuditOptions { Outages = [.. run.Outages.Select(outage => (outage.From, outage.To + plan.Load.AttemptTimeout))] };
            audit = await ClusterAudit.CheckAsync(silos, history, tail, options, cancellationToken);
        }
        catch (HarnessException error) when (error is not MissingToolException)
        {
            fault = error.Message;
        }

        return new ScenarioResult(
            scenario.Letter, scenario.Name, scenario.What, plan.Rounds, history.Acknowledged, history.Calls.Count - history.Acknowledged,
            Math.Round((ended - began).TotalSeconds, 1), [.. (run?.Recoveries ?? []).Select(recovery => Math.Round(recovery.TotalSeconds, 3))],
            scenario.RecoveryMax?.TotalSeconds, run?.Notes ?? [], audit, fault);
    }
}
