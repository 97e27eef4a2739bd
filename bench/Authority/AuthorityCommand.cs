using System.CommandLine;
using System.Globalization;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>The command line of the authority bench.</summary>
internal static class AuthorityCommand
{
    private const double RevocationRatioMax = 2;
    private const double ChainRatioMax = 1.3;
    private const double AgentBytesMax = 2_048;

    /// <summary>The command, with its options.</summary>
    public static Command Create() => ReportCommand.Create(
        "authority",
        $"""
        What delegated authority costs. How long it takes to revoke a delegation with 10,000 and with 100,000 below it, beside one
        with none; what a decision takes at the end of a chain of {ChainBench.Length} delegations beside a chain of one, with the disk and
        without; and what agents that stay activated take of the node's memory. Each on a node of its own in the bench's
        process, its ledger in SQLite, filled with what the actors would have written.
        About a minute; --full a few minutes.
        """,
        RunAsync, Print);

    private static async Task<AuthorityReport> RunAsync(ParseResult parse, string folder, CancellationToken cancellationToken)
    {
        var plan = ReportCommand.IsFull(parse) ? AuthorityPlan.Full : AuthorityPlan.Short;

        // Memory first, while the process has done nothing else.
        var memory = await AgentMemoryBench.RunAsync(plan.Agents, Path.Combine(folder, "memory"), Console.Error, cancellationToken);
        var chains = await ChainBench.RunAsync(plan, Path.Combine(folder, "chains"), Console.Error, cancellationToken);
        var revocation = await RevocationBench.RunAsync(plan, Path.Combine(folder, "revocation"), Console.Error, cancellationToken);
        return new AuthorityReport(
            Machine.Describe(folder), revocation, Aim.AtMost(RevocationRatioMax, revocation.RatioMost),
            chains, Aim.AtMost(ChainRatioMax, chains.Where(one => !one.WritesToDisk).Max(one => one.Ratio.Median)),
            memory, Aim.AtMost(AgentBytesMax, memory.Agent));
    }

    private static void Print(AuthorityReport report, TextWriter output)
    {
        report.Machine.Print(output, "each node in the bench's process");
        var revocation = report.Revocation;
        output.WriteLine("Revoking, from the call to its answer: medians in ms (lowest to highest)");
        output.WriteLine();
        Row(output, "below it", "revoked", "time", "by a leaf", "next decision below");
        Row(output, "none (leaf)", Number(revocation.Leaves), revocation.Leaf.Text("0.00"), "", "");
        foreach (var root in revocation.Roots)
        {
            Row(
                output, Number(root.Descendants), Number(root.Count), root.Time.Text("0.00"),
                (root.Time.Median / revocation.Leaf.Median).ToString("0.00", CultureInfo.InvariantCulture), root.Refused.Text("0.00"));
        }

        output.WriteLine();
        output.WriteLine($"  by a leaf {report.RevocationAim}");
        output.WriteLine();
        output.WriteLine("Deciding at the end of a chain, one caller: medians over the rounds in µs (lowest to highest)");
        output.WriteLine();
        output.WriteLine($"  {"",-34}{"chain of 1",-24}{$"chain of {ChainBench.Length}",-24}ratio");
        foreach (var one in report.Chains)
            output.WriteLine($"  {one.Name,-34}{one.Short.Text("0"),-24}{one.Long.Text("0"),-24}{one.Ratio.Text("0.00")}");
        output.WriteLine();
        output.WriteLine($"  without the disk {report.ChainAim}");
        output.WriteLine();
        var memory = report.Memory;
        output.WriteLine($"Memory of {Number(memory.Agents)} idle agents with one delegation each, which have decided once; {Number(memory.Activations)} activations; bytes each");
        output.WriteLine();
        output.WriteLine($"  {"agent",-34}{Number(memory.Agent)}");
        output.WriteLine($"  {"  before its decision",-34}{Number(memory.Loaded)}");
        output.WriteLine($"  {"  of it Orleans' activation",-34}{Number(memory.Bare)}");
        output.WriteLine($"  {"  the product's own",-34}{Number(memory.Own)}");
        output.WriteLine();
        output.WriteLine($"  agent {report.MemoryAim}");
    }

    private static void Row(TextWriter output, params ReadOnlySpan<string> texts) =>
        output.WriteLine($"  {texts[0],-20}{texts[1],-14}{texts[2],-24}{texts[3],-12}{texts[4]}".TrimEnd());

    private static string Number(double figure) => figure.ToString("#,0", CultureInfo.InvariantCulture);
}
