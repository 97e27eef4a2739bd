using System.CommandLine;
using System.Globalization;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>The command line of the recovery bench.</summary>
internal static class RecoveryCommand
{
    /// <summary>The command that runs the node that comes back; this bench calls it itself.</summary>
    public const string NodeName = "recovery-node";

    private const double SecondsMax = 2;

    private static readonly Option<int?> Entries = new("--entries") { Description = "One budget of this many entries instead of the usual two, with --scopes" };

    private static readonly Option<int> Scopes = new("--scopes") { Description = "How many scopes on demand that budget has; 0 by default" };

    /// <summary>The command, with its options.</summary>
    public static Command Create() => ReportCommand.Create(
        "recovery",
        """
        How long a budget takes to answer after its node was killed: a stream of entries in the SQLite ledger, a snapshot
        that the actor took by itself, and as many entries after it as come before the next. The node is a new process each
        time; the time runs from the first call of the actor to its answer. Then without snapshots. Once with a budget
        of one scope, once with many scopes on demand. 100,000 entries, about a minute; --full a million, some minutes.
        """,
        RunAsync, Print, Entries, Scopes);

    /// <summary>The node that comes back.</summary>
    public static Command CreateNode()
    {
        var folder = new Argument<string>("folder");
        var budget = new Argument<string>("budget");
        var goOn = new Argument<bool>("go-on");
        var command = new Command(NodeName, "Part of the recovery bench") { folder, budget, goOn };
        command.Hidden = true;
        command.SetAction((parse, cancellationToken) => RecoveredNode.RunAsync(
            parse.GetRequiredValue(folder), parse.GetRequiredValue(budget), parse.GetValue(goOn), cancellationToken));
        return command;
    }

    private static async Task<RecoveryReport> RunAsync(ParseResult parse, string folder, CancellationToken cancellationToken)
    {
        var plans = ReportCommand.IsFull(parse) ? RecoveryPlan.Full : RecoveryPlan.Short;
        if (parse.GetValue(Entries) is { } entries)
            plans = [plans[0] with { Entries = entries, Scopes = parse.GetValue(Scopes) }];
        List<RecoveryFigures> cases = [];
        foreach (var plan in plans)
            cases.Add(await RecoveryBench.RunAsync(plan, folder, Console.Error, cancellationToken));
        return new RecoveryReport(Machine.Describe(folder), cases, Aim.AtMost(SecondsMax, cases[0].WithSnapshot.Elapsed.Median / 1_000));
    }

    private static void Print(RecoveryReport report, TextWriter output)
    {
        report.Machine.Print(output, "the node alone on the machine");
        output.WriteLine("From the first call in a new process to its answer: medians in s (lowest to highest)");
        output.WriteLine();
        Row(output, "entries", report.Cases, one => Count(one.Entries));
        Row(output, "scopes on demand", report.Cases, one => Count(one.Scopes));
        Row(output, "entries after the snapshot", report.Cases, one => Count(one.Tail));
        Row(output, "snapshot, bytes", report.Cases, one => Count(one.SnapshotBytes));
        Row(output, "answer with a snapshot", report.Cases, one => Seconds(one.WithSnapshot.Elapsed));
        Row(output, "  processor time", report.Cases, one => Seconds(one.WithSnapshot.Processor));
        Row(output, "answer without one", report.Cases, one => Seconds(one.WithoutSnapshot.Elapsed));
        Row(output, "  processor time", report.Cases, one => Seconds(one.WithoutSnapshot.Processor));
        Row(output, "answer of an idle budget", report.Cases, one => Seconds(one.Idle.Elapsed));
        Row(output, "  processor time", report.Cases, one => Seconds(one.Idle.Processor));
        Row(output, "making a snapshot, ms", report.Cases, one => one.SaveMs.ToString("0.0", CultureInfo.InvariantCulture));
        Row(output, "reading a snapshot, ms", report.Cases, one => one.RestoreMs.ToString("0.0", CultureInfo.InvariantCulture));
        output.WriteLine();
        output.WriteLine($"  answer with a snapshot, in seconds, {report.Aim}");
    }

    private static void Row(TextWriter output, string name, IReadOnlyList<RecoveryFigures> cases, Func<RecoveryFigures, string> text) =>
        output.WriteLine($"  {name,-28}{string.Concat(cases.Select(one => text(one).PadRight(26)))}".TrimEnd());

    private static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Seconds(Spread ms) => new Spread(ms.Median / 1_000, ms.Least / 1_000, ms.Most / 1_000).Text("0.00");
}
