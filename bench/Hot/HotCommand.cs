using System.CommandLine;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Bench.Compare;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Hot;

/// <summary>The command line of the hot bench.</summary>
internal static class HotCommand
{
    private const double RatioMin = 0.8;
    private const int Callers = 256;
    private const int Trees = 1024;

    /// <summary>The command, with its options.</summary>
    public static Command Create() => ReportCommand.Create(
        "hot",
        $"""
        What one hot tree reaches: {Callers} callers on one budget that {Trees} agents draw from, beside {Callers} callers on {Trees} budgets
        with an agent each; the number of agents is the same, so that it is the budgets that differ. On one node, in turn.
        About 50 s; --full two minutes.
        """,
        RunAsync, Print);

    private static async Task<HotReport> RunAsync(ParseResult parse, string folder, CancellationToken cancellationToken)
    {
        var hot = NodeSetup.Budget(Trees);
        var budgets = Enumerable.Range(0, Trees).Select(NodeSetup.Budget).ToList();
        var machine = Machine.Describe(folder);
        var node = await NodeComparison.RunAsync(
            ReportCommand.IsFull(parse) ? ComparePlan.Full : ComparePlan.Short,
            Callers,
            new Side("one tree", [(hot, NodeSetup.Flat)], [.. Enumerable.Repeat(new BudgetBinding(hot), Trees)]),
            new Side($"{Trees} trees", [.. budgets.Select(root => (root, NodeSetup.Flat))], [.. budgets.Select(root => new BudgetBinding(root))]),
            folder, Console.Error, cancellationToken);
        return new HotReport(machine, node, Aim.AtLeast(RatioMin, node.Ratio.Median));
    }

    private static void Print(HotReport report, TextWriter output)
    {
        report.Machine.Print(output, "client and node share the machine");
        report.Node.Print(output, report.Aim);
    }
}
