using System.CommandLine;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>The command line of the cluster bench.</summary>
internal static class ClusterCommand
{
    private const int SilosMany = 3;
    private const double SilosRatioMin = 0.75;
    private const double ReaderRatioMin = 0.7;
    private const double SteadyGain = 1.03;
    private const int SteadyTimes = 3; // once or twice may be the machine's doing

    private static readonly Option<int> Callers = new("--callers") { Description = "How many ask at once", DefaultValueFactory = _ => 256 };

    private static readonly Option<bool> SilosOnly = new("--silos-only") { Description = "Without the long reader" };

    /// <summary>The command, with its options.</summary>
    public static System.CommandLine.Command Create() => ReportCommand.Create(
        "cluster",
        $"""
        What {SilosMany} silos reach beside one, on this machine and one PostgreSQL: authorize and reconcile in turn through the client
        library, on {ClusterOrganisation.Budgets} budgets of three levels, for {ClusterOrganisation.Agents} agents whose authority comes from a person by three delegations. Then
        {SilosMany} silos with a read transaction that stays open and one pg_dump after the other, beside the same without.
        Columns silos, server and callers are cores used. PostgreSQL's server programs have to be installed.
        About 4 minutes; --full 9 minutes.
        """,
        RunAsync, Print, Callers, SilosOnly);

    private static async Task<ClusterReport> RunAsync(ParseResult parse, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await MeasureAsync(parse, folder, Console.Error, cancellationToken);
        }
        catch (HarnessException error)
        {
            throw new BenchException(error.Message, error);
        }
    }

    private static async Task<ClusterReport> MeasureAsync(ParseResult parse, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        var plan = ReportCommand.IsFull(parse) ? ClusterPlan.Full : ClusterPlan.Short;
        var callers = parse.GetRequiredValue(Callers);
        await progress.WriteLineAsync("Starting PostgreSQL and the silos");
        await using var server = await PostgresServer.StartNewAsync(new PostgresServerOptions { Folder = folder }, cancellationToken);
        await using var one = await MeasuredCluster.StartAsync(server, 1, cancellationToken);
        await using var many = await MeasuredCluster.StartAsync(server, SilosMany, cancellationToken);

        await WarmUpAsync("1 silo", one);
        await WarmUpAsync($"{SilosMany} silos", many);
        var silos = await ClusterComparison.MeasureAsync(
            ($"{SilosMany} silos", () => LoadAsync(many)), ("1 silo", () => LoadAsync(one)), plan.Rounds, SilosRatioMin, progress);
        var reader = parse.GetValue(SilosOnly) ? null : await ClusterComparison.MeasureAsync(
            ("with a long reader", () => BurdenedAsync(many)), ("without", () => LoadAsync(many)), plan.Rounds, ReaderRatioMin, progress);
        return new ClusterReport(Machine.Describe(folder), callers, silos, reader);

        async Task WarmUpAsync(string name, MeasuredCluster cluster)
        {
            var best = 0.0;
            var without = 0;
            for (var time = 1; time <= plan.WarmUps; time++)
            {
                var reached = (await cluster.RunAsync(callers, TimeSpan.Zero, plan.WarmUp, cancellationToken)).PairsPerSecond;
                await progress.WriteLineAsync($"Warming up {name}: {reached:0} pairs/s");
                without = reached < best * SteadyGain ? without + 1 : 0;
                if (without == SteadyTimes)
                    return;
                best = Math.Max(best, reached);
            }
        }

        Task<ClusterRound> LoadAsync(MeasuredCluster cluster) => cluster.RunAsync(callers, plan.Ramp, plan.Round, cancellationToken);

        async Task<ClusterRound> BurdenedAsync(MeasuredCluster cluster)
        {
            await using var burden = await LongReader.BeginAsync(server, cluster.Cluster.Database.Name, cancellationToken);
            return await LoadAsync(cluster);
        }
    }

    private static void Print(ClusterReport report, TextWriter output)
    {
        report.Machine.Print(output, "callers, silos and PostgreSQL share the machine");
        output.WriteLine($"{report.Callers} callers: medians (lowest to highest round), times in ms");
        output.WriteLine();
        report.Silos.Print(output);
        report.LongReader?.Print(output);
    }
}
