using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Bench.Cluster;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Faults;
using Orleans.Runtime;
using StackExchange.Redis;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>The command line of the comparison with what one would otherwise build.</summary>
internal static class CompareCommand
{
    private const double ProcedureManyMin = 8;
    private const double ProcedureHotMin = 20;
    private const double RedisMin = 1;
    private const double FloorMax = 1.6;
    private const double HttpMin = 0.5;
    private const double Half = 0.5;

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "How many connections callers of the stored procedure, and of the floor's insert, share",
        DefaultValueFactory = _ => 64,
    };

    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Measure only these, with the servers that they need",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "NAME",
    };

    private static readonly Option<FileInfo?> Svg = new("--svg") { Description = "Also writes a chart to this file" };

    /// <summary>The command, with its options.</summary>
    public static System.CommandLine.Command Create()
    {
        Connections.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 500))
                result.AddError("--connections must be a number from 1 to 500");
        });
        Svg.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { DirectoryName: { } folder } && !Directory.Exists(folder))
                result.AddError($"--svg: there is no folder {folder}");
        });
        Only.AcceptOnlyFromAmong([.. Contestants.Names]);
        return ReportCommand.Create(
            "compare",
            $"""
            This product beside what one would otherwise build: a stored procedure in PostgreSQL, a Lua script in Redis. Starts
            both servers by itself and measures in turn, with the same callers, each durable before it answers: reserving money
            for a call, and reconciling it. Also the floor, a bare call of an actor and a bare durable insert.
            PostgreSQL's server programs and redis-server have to be installed.
            About 3 minutes; --full 12 minutes.
            """,
            RunAsync, ContestTables.Print, Connections, Only, Svg);
    }

    private static async Task<ContestReport> RunAsync(ParseResult parse, string folder, CancellationToken cancellationToken)
    {
        try
        {
            if (Machine.FileSystemOf(folder) is "tmpfs" or "ramfs")
                throw new BenchException($"{folder} is kept in memory, where nothing waits for a disk; give a folder on one with --folder");

            // Opened first: a file that can't be written is no reason to throw the figures away.
            await using var chart = parse.GetValue(Svg) is { } file ? new StreamWriter(file.FullName) : null;
            var report = await MeasureAsync(parse, folder, Console.Error, cancellationToken);
            if (chart is not null)
                await chart.WriteAsync(ContestChart.Draw(report.Cells));
            return report;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchException($"a server did not answer in time: {error.Message}", error);
        }
        catch (Exception error) when (error is HarnessException or System.Data.Common.DbException or RedisException or HttpRequestException or JsonException
            or TimeoutException or OrleansException or GenOpsException)
        {
            throw new BenchException(error.Message, error);
        }
    }

    private static async Task<ContestReport> MeasureAsync(ParseResult parse, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        var plan = ReportCommand.IsFull(parse) ? ContestPlan.Full : ContestPlan.Short;
        var connections = parse.GetRequiredValue(Connections);
        var wanted = parse.GetValue(Only) is { Length: > 0 } some ? some : Contestants.Names;
        await progress.WriteLineAsync("Starting the servers");
        await using var contestants = await Contestants.StartAsync(wanted, folder, connections, cancellationToken);
        var alternatives = contestants.All;
        var contest = await Contest.RunAsync(alternatives, plan, progress, cancellationToken);
        var memory = contestants is { Silo: { } silo, Library: { } library }
            ? await SiloMemory.MeasureAsync(silo, library, plan.Collected, progress, cancellationToken)
            : null;
        ContestRatio?[] ratios =
        [
            AtLeast(contestants.Library, contestants.Procedure, ContestPlan.BudgetsMany, ProcedureManyMin),
            AtLeast(contestants.Library, contestants.Procedure, ContestPlan.BudgetsHot, ProcedureHotMin),
            AtLeast(contestants.Library, contestants.Redis, ContestPlan.BudgetsMany, RedisMin),
            AtLeast(contestants.Library, contestants.Redis, ContestPlan.BudgetsHot, RedisMin),
            AtLeast(contestants.Http, contestants.Library, ContestPlan.BudgetsMany, HttpMin),
            AtLeast(contestants.Http, contestants.Library, ContestPlan.BudgetsHot, HttpMin),
            OneCaller(),
        ];
        return new ContestReport(
            Machine.Describe(folder), contestants.PostgresVersion, contestants.Redis?.Version, connections, plan.Rounds, contest.Cells(alternatives),
            [.. ratios.OfType<ContestRatio>()], memory);

        ContestRatio? AtLeast(IAlternative? one, IAlternative? other, int budgets, double least)
        {
            if (one is null || other is null)
                return null;
            var ratio = contest.Ratio(one, other, ContestPlan.CallersMany, budgets, load => load.PairsPerSecond);
            return new ContestRatio($"{one.Name} by {other.Name}, {ContestPlan.CallersMany} callers, {Budgets(budgets)}", ratio, Aim.AtLeast(least, ratio.Median));
        }

        ContestRatio? OneCaller()
        {
            if (contestants is not { Library: { } one, Floor: { } floor })
                return null;
            var ratio = contest.Ratio(one, floor, 1, ContestPlan.BudgetsHot, load => load.Reserved.PercentileMs(Half));
            return new ContestRatio($"p50 of one caller by the floor's, {Budgets(ContestPlan.BudgetsHot)}", ratio, Aim.AtMost(FloorMax, ratio.Median));
        }
    }

    private static string Budgets(int budgets) => budgets == 1 ? "one budget" : $"{budgets} budgets";
}
