using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// (b): one of three silos is frozen until the others have declared it dead, and some time longer; then it goes on with all
/// that it had in flight and with the calls that waited at its door meanwhile.
/// </summary>
public static class SiloFrozen
{
    // As told by the program: see its exit codes.
    private const int DeclaredDead = 3;

    private static readonly TimeSpan EvictionMax = TimeSpan.FromSeconds(30);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'b', "SIGSTOP of a silo past its eviction, SIGCONT",
        "One of three silos is frozen until it was declared dead and others act for its actors; then it goes on, has to end by itself, and is started again.",
        ActAsync, RecoveryMax: TimeSpan.FromSeconds(15));

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var silo = run.AnySilo();
        var frozen = run.History.Now;
        await run.BreakAsync(
            () =>
            {
                silo.Freeze();
                return Task.CompletedTask;
            }, cancellationToken);
        await Poll.UntilAsync(
            () => run.Cluster.IsDeclaredDeadAsync(silo, cancellationToken), EvictionMax, () => $"{silo.Name} is frozen and not declared dead", cancellationToken);
        var evicted = run.History.Now - frozen;
        await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);

        var went = run.History.Now;
        silo.Continue();
        var code = await silo.WaitEndAsync();
        var ended = run.History.Now;
        run.MayNotAnswer(frozen, ended);
        if (code != DeclaredDead)
            run.Miss($"{silo.Name} ended with {code} and not with {DeclaredDead} after it went on:{Environment.NewLine}{silo.Output}");
        run.Note("frozen", string.Create(CultureInfo.InvariantCulture,
            $"declared dead after {evicted.TotalSeconds:0.0} s, went on after {(went - frozen).TotalSeconds:0.0} s, ended {(ended - went).TotalSeconds:0.00} s later"));
        await silo.StartReadyAsync(cancellationToken);
    }
}
