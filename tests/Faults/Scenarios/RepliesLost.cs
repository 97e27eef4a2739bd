using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// (e): appends reach PostgreSQL and are committed, and nobody is told. First some, which the silo has to find out about
/// itself; then all of one silo, which is killed before it can, so that callers ask again through another.
/// </summary>
public static class RepliesLost
{
    // Below it are look-ups by key and the watch.
    private const int AppendBytesMin = 1_000;

    private const int Single = 20;
    private const int BeforeTheEnd = 5;

    private static readonly TimeSpan LossMax = TimeSpan.FromSeconds(30);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'e', "replies lost after the append",
        "PostgreSQL commits appends of a silo whose replies are lost; then all of a silo's replies are lost until it is killed. Callers ask again through other silos.",
        ActAsync, RecoveryMax: TimeSpan.FromSeconds(10))
    {
        Cluster = new ClusterOptions { HasProxies = true },
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var silo = await run.BusiestSiloAsync(cancellationToken);
        var proxy = run.Cluster.ProxyOf(silo);
        var (lost, broken) = (proxy.RepliesLost, run.History.Now);
        for (var loss = 1; loss <= Single; loss++)
        {
            proxy.LoseReplies(1, request => PostgresWire.IsStatement(request, AppendBytesMin));
            await LostAsync(run, silo, proxy, lost + loss, cancellationToken);
        }

        proxy.KeepReplies();
        await run.RecoverAsync(broken, cancellationToken);
        await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);

        silo = await run.BusiestSiloAsync(cancellationToken);
        proxy = run.Cluster.ProxyOf(silo);
        (var before, broken) = (proxy.RepliesLost, run.History.Now);
        proxy.LoseReplies(int.MaxValue, request => PostgresWire.IsStatement(request, AppendBytesMin));
        await LostAsync(run, silo, proxy, before + BeforeTheEnd, cancellationToken);
        await run.BreakAsync(silo.KillAsync, cancellationToken);
        run.MayNotAnswer(broken, run.History.Now);
        run.Note("replies lost", string.Create(CultureInfo.InvariantCulture, $"{Single} one by one, {proxy.RepliesLost - before} until the silo was killed"));
        proxy.KeepReplies();
        await run.StartReadyAsync(silo, cancellationToken);
    }

    private static Task LostAsync(ScenarioRun run, SiloProcess silo, FaultProxy proxy, int count, CancellationToken cancellationToken) => Poll.UntilAsync(
        () => proxy.RepliesLost >= count, LossMax, () => $"{silo.Name} got all replies{Environment.NewLine}{run.Cluster.Output}", cancellationToken);
}
