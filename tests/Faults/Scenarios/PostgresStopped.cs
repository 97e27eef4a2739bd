using System.Globalization;
using GenOps.ControlPlane.Silo.Storage;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// (c): the database ends at once and comes back later, for all silos alike; then connections are cut in the middle of
/// commits, again and again, while the load goes on.
/// </summary>
public static class PostgresStopped
{
    private static readonly TimeSpan KillInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'c', "PostgreSQL stopped, backends killed in commits",
        "PostgreSQL is stopped (immediate) and started again; the recovery is from its return. Then backends that commit are terminated under load.",
        ActAsync);

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var server = run.Cluster.Server;
        var processes = run.Cluster.Silos.ToDictionary(silo => silo, silo => silo.Id);
        var stopped = run.History.Now;
        await server.StopAsync(StopMode.Immediate, cancellationToken);
        await ScenarioRun.WaitAsync(run.Plan.Stop, cancellationToken);
        await server.StartAsync(cancellationToken);
        var back = run.History.Now;
        run.MayNotAnswer(stopped, back);
        await run.RecoverAsync(back, cancellationToken);
        run.Note("stopped", string.Create(CultureInfo.InvariantCulture, $"for {(back - stopped).TotalSeconds:0.0} s"));

        // All of them lost it: none of them is the broken one.
        foreach (var (silo, process) in processes)
        {
            if (!silo.IsRunning || silo.Id != process)
                run.Miss($"{silo.Name} ended while the database was away:{Environment.NewLine}{silo.Output}");
        }

        var (killed, goal) = (0, run.History.Acknowledged + run.Plan.CallsBefore + run.Plan.CallsAfter);
        var began = run.History.Now;
        while (run.History.Acknowledged < goal)
        {
            killed += await server.TerminateBusyBackendsAsync(run.Cluster.Database.Name, PostgresDataSources.WriterName, cancellationToken);
            if (run.History.Now - began > run.Plan.ProgressMax)
                throw new HarnessException($"{goal - run.History.Acknowledged} of the calls were not acknowledged while backends were killed{Environment.NewLine}{run.Cluster.Output}");
            await ScenarioRun.WaitAsync(KillInterval, cancellationToken);
        }

        run.Note("backends killed in a commit", string.Create(CultureInfo.InvariantCulture, $"{killed}"));
        if (killed == 0)
            run.Miss("no backend was found in a commit");
    }
}
