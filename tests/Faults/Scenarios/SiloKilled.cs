namespace GenOps.ControlPlane.Faults;

/// <summary>(a): one of three silos is killed under load, and started again after the recovery. The example for all others.</summary>
public static class SiloKilled
{
    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'a', "kill -9 of a silo", "One of three silos is killed under load; it is started again once the others have taken over.", ActAsync,
        RecoveryMax: TimeSpan.FromSeconds(4));

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var silo = await run.BusiestSiloAsync(cancellationToken);
        await run.BreakAsync(silo.KillAsync, cancellationToken);
        await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);
        await run.StartReadyAsync(silo, cancellationToken);
    }
}
