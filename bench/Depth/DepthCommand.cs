using System.CommandLine;
using GenOps.ControlPlane.Bench.Compare;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Depth;

/// <summary>The command line of the depth bench.</summary>
internal static class DepthCommand
{
    private const double RatioMax = 1.15;
    private const int Callers = 64;
    private const int Agents = 64;

    /// <summary>The command, with its options.</summary>
    public static Command Create() => ReportCommand.Create(
        "depth",
        $"""
        What the depth of a budget costs: one flat budget with a limit beside one whose charged scope lies {DepthTrees.Levels} levels
        below the root, with a limit on the root and on each level, of seven kinds of window. {Callers} callers authorize and
        reconcile for {Agents} agents of each, on one node, in turn. Then the trees alone, without actors and ledger.
        About 50 s; --full two minutes.
        """,
        RunAsync, Print);

    private static async Task<DepthReport> RunAsync(ParseResult parse, string folder, CancellationToken cancellationToken)
    {
        var machine = Machine.Describe(folder);
        var node = await NodeComparison.RunAsync(
            ReportCommand.IsFull(parse) ? ComparePlan.Full : ComparePlan.Short, Callers, DepthTrees.FlatSide(Agents), DepthTrees.DeepSide(Agents), folder, Console.Error, cancellationToken);
        await Console.Error.WriteLineAsync("The trees alone");
        return new DepthReport(machine, node, Aim.AtMost(RatioMax, node.Ratio.Median), TreeTimes.Measure(cancellationToken));
    }

    private static void Print(DepthReport report, TextWriter output)
    {
        report.Machine.Print(output, "client and node share the machine");
        report.Node.Print(output, report.Aim);
        var trees = report.Trees;
        output.WriteLine();
        output.WriteLine($"The trees alone, reserve and settle, {trees.Rounds} rounds of {trees.PairsPerRound}: ns a pair (lowest to highest round)");
        output.WriteLine();
        output.WriteLine($"  {"flat",-22}{trees.Flat.Text("0")}");
        output.WriteLine($"  {"six levels deep",-22}{trees.Deep.Text("0")}");
        output.WriteLine($"  {"deep by flat",-22}{trees.Ratio.Text("0.00")}");
    }
}
