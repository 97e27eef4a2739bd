using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// (d): one of three silos loses PostgreSQL, and nobody else does. Its network refuses, and then swallows; once shorter
/// than a silo bears, once longer.
/// </summary>
public static class SiloCutOff
{
    // As told by the program: see its exit codes.
    private const int Isolated = 4;

    private const int IsolationSeconds = 5;

    private static readonly TimeSpan Blink = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReadyAgainMax = TimeSpan.FromSeconds(20);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'd', "one silo cut off from PostgreSQL only",
        "One of three silos loses PostgreSQL: its connections break, or swallow everything. After 2 s they work again, and it goes on; or they don't, and it ends itself for its actors to move.",
        ActAsync, RecoveryMax: TimeSpan.FromSeconds(20))
    {
        Cluster = new ClusterOptions
        {
            HasProxies = true,
            Environment = new Dictionary<string, string> { ["GenOps__Cluster__IsolationTimeout"] = $"00:00:{IsolationSeconds:00}" },
        },
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        // The short form has one round: both of them broken by one mode each.
        var cuts = run.Round % 2 == 1;
        await BlinkAsync(run, cuts, cancellationToken);
        await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);
        await IsolateAsync(run, !cuts, cancellationToken);
    }

    private static async Task BlinkAsync(ScenarioRun run, bool cuts, CancellationToken cancellationToken)
    {
        var silo = await run.BusiestSiloAsync(cancellationToken);
        var (proxy, process, broken) = (run.Cluster.ProxyOf(silo), silo.Id, run.History.Now);
        Break(proxy, cuts);
        await ScenarioRun.WaitAsync(Blink, cancellationToken);
        proxy.Pass();
        await run.RecoverAsync(broken, cancellationToken);
        await Poll.UntilAsync(
            async () => !silo.IsRunning || await silo.IsReadyAsync(cancellationToken), ReadyAgainMax,
            () => $"{silo.Name} is not ready again:{Environment.NewLine}{silo.Output}", cancellationToken);
        if (!silo.IsRunning || silo.Id != process)
        {
            run.Miss($"{silo.Name} ended after {Blink.TotalSeconds:0} s without PostgreSQL:{Environment.NewLine}{silo.Output}");
            await run.StartReadyAsync(silo, cancellationToken);
        }

        run.Note(Name(cuts), string.Create(CultureInfo.InvariantCulture, $"for {Blink.TotalSeconds:0} s; ready again {(run.History.Now - broken).TotalSeconds:0.0} s after it began"));
    }

    private static async Task IsolateAsync(ScenarioRun run, bool cuts, CancellationToken cancellationToken)
    {
        var silo = await run.BusiestSiloAsync(cancellationToken);
        var (proxy, broken) = (run.Cluster.ProxyOf(silo), run.History.Now);
        Break(proxy, cuts);
        var code = await silo.WaitEndAsync();
        var ended = run.History.Now;
        run.MayNotAnswer(broken, ended);
        if (code != Isolated)
            run.Miss($"{silo.Name} ended with {code} and not with {Isolated}:{Environment.NewLine}{silo.Output}");
        await run.RecoverAsync(broken, cancellationToken);
        run.Note(Name(cuts), string.Create(CultureInfo.InvariantCulture, $"ended itself after {(ended - broken).TotalSeconds:0.0} s, with {IsolationSeconds} s to wait"));
        proxy.Pass();
        await run.StartReadyAsync(silo, cancellationToken);
    }

    private static void Break(FaultProxy proxy, bool cuts)
    {
        if (cuts)
            proxy.Cut();
        else
            proxy.Freeze();
    }

    private static string Name(bool cuts) => cuts ? "connections reset and refused" : "connections frozen";
}
