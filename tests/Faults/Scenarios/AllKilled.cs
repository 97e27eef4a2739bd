using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>(f): all silos are killed at once and started again, all of them or at first only one.</summary>
public static class AllKilled
{
    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'f', "all silos killed at once",
        "All three silos are killed at once under load and started again; every second time only one of them, until it has recovered.",
        ActAsync)
    {
        RoundsMin = 2,
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var silos = run.Cluster.Silos;
        var first = run.Round % 2 == 1 ? silos : [run.AnySilo()];
        var began = run.History.Now;
        var recovery = await run.BreakAsync(
            async () =>
            {
                await Task.WhenAll(silos.Select(silo => silo.KillAsync()));
                foreach (var silo in first)
                    silo.Start();
            }, cancellationToken);
        run.Note("recovered", string.Create(CultureInfo.InvariantCulture, $"after {recovery.TotalSeconds:0.0} s with {first.Count} of {silos.Count} silos"));
        await Task.WhenAll(silos.Except(first).Select(silo => run.StartReadyAsync(silo, cancellationToken)).Concat(first.Select(silo => silo.WaitReadyAsync(cancellationToken))));
        run.MayNotAnswer(began, run.History.Now);
    }
}
