using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>(i): actors that no silo has are called through all silos at once, while silos come and go.</summary>
public static class FirstActivation
{
    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'i', "first activations, from all silos at once",
        "New budgets and agents are called for the first time through all silos at the same moment, also while a silo joins and leaves, or joins and is killed.",
        ActAsync)
    {
        RoundsMin = 2,
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var fresh = await FreshAgents.BeginAsync(run, cancellationToken);
        for (var repeat = 0; repeat < run.Plan.Repeats; repeat++)
            await fresh.CallAsync(cancellationToken);

        var quiet = fresh.Count;
        var change = ChangeMembersAsync(run, cancellationToken);
        while (!change.IsCompleted)
            await fresh.CallAsync(cancellationToken);
        await change;
        run.Note("agents and budgets", string.Create(CultureInfo.InvariantCulture, $"{quiet} with the same silos, {fresh.Count - quiet} while they changed"));
    }

    private static async Task ChangeMembersAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var silo = await run.JoinAsync(cancellationToken);
        if (run.Round % 2 == 0)
            await run.BreakAsync(silo.KillAsync, cancellationToken);
        await run.Cluster.LeaveAsync(silo);
    }
}
