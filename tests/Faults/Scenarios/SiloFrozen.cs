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
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(25);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'b', "SIGSTOP of a silo past its eviction, SIGCONT",
        "One of three silos is frozen until it was declared dead and others act for its actors; then it goes on, has to end by itself, and is started again.",
        ActAsync, RecoveryMax: TimeSpan.FromSeconds(15));

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var silo = await run.BusiestSiloAsync(cancellationToken);
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

        // They wait at its door while their authority may be taken away: what it answers when it goes on has to know of that.
        var waiting = run.Load.AskAllAsync(silo, WaitMax, cancellationToken);
        await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);

        var went = run.History.Now;
        silo.Continue();
        var code = await silo.WaitEndAsync();
        var ended = run.History.Now;
        run.MayNotAnswer(frozen, ended);
        await waiting;
        if (code != DeclaredDead)
            run.Miss($"{silo.Name} ended with {code} and not with {DeclaredDead} after it went on:{Environment.NewLine}{silo.Output}");
        run.Note("frozen", string.Create(CultureInfo.InvariantCulture,
            $"declared dead after {evicted.TotalSeconds:0.0} s, went on after {(went - frozen).TotalSeconds:0.0} s, ended {(ended - went).TotalSeconds:0.00} s later"));
        run.Note("sent to it while it was frozen, and ended after it went on", string.Join(", ", run.History.Calls
            .Where(call => call.Door == silo.Name && call.Began >= frozen && call.Began < went && call.Ended >= went)
            .CountBy(call => call.End == CallEnd.Refused ? call.Error! : $"{call.End}").Select(ends => $"{ends.Value} {ends.Key}")));
        await run.StartReadyAsync(silo, cancellationToken);
    }
}
