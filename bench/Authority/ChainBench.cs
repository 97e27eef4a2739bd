using System.Diagnostics;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>
/// Asks for decisions of agents at the end of a chain of one and at the end of a long one, in turn: with the disk, and
/// then without, where the processor's time is all there is.
/// </summary>
internal sealed class ChainBench(BenchNode node, AuthorityPlan plan, CancellationToken cancellationToken)
{
    /// <summary>How many delegations the long chain has.</summary>
    public const int Length = 8;

    private const int WarmUpRounds = 5;

    private static readonly DelegationLimits Spend = new(Spend: new SpendLimit(Quantity.Parse("1000000000"), Unit.Usd, BudgetPeriod.Month));

    private enum Asked
    {
        DryRun,
        Pair,
    }

    /// <summary>Measures on a node of its own.</summary>
    public static async Task<IReadOnlyList<ChainFigures>> RunAsync(AuthorityPlan plan, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        var (one, eight, oneSpending, eightSpending) = (
            new Forest(new ForestNames("one"), 1, 1), new Forest(new ForestNames("eight"), Length, 1),
            new Forest(new ForestNames("one-spending"), 1, 1, Spend), new Forest(new ForestNames("eight-spending"), Length, 1, Spend));
        foreach (var forest in (Forest[])[one, eight, oneSpending, eightSpending])
            await ForestWriter.WriteAsync(forest, new AgentDefinition(), folder, cancellationToken);

        await using var node = await BenchNode.StartAsync(folder, cancellationToken);
        var bench = new ChainBench(node, plan, cancellationToken);
        await progress.WriteLineAsync("Chains: with the disk");
        List<ChainFigures> figures =
        [
            await bench.MeasureAsync("authorize and reconcile, to disk", true, one, eight, Asked.Pair),
            await bench.MeasureAsync("  with limits of spend", true, oneSpending, eightSpending, Asked.Pair),
        ];
        node.LeaveOutDisk();
        await progress.WriteLineAsync("Chains: without the disk");
        figures.Add(await bench.MeasureAsync("authorize and reconcile, no disk", false, one, eight, Asked.Pair));
        figures.Add(await bench.MeasureAsync("  with limits of spend", false, oneSpending, eightSpending, Asked.Pair));
        figures.Add(await bench.MeasureAsync("authorize, dry run", false, one, eight, Asked.DryRun));
        figures.Add(await bench.MeasureAsync("  with limits of spend", false, oneSpending, eightSpending, Asked.DryRun));
        return figures;
    }

    private async Task<ChainFigures> MeasureAsync(string name, bool writesToDisk, Forest one, Forest eight, Asked asked)
    {
        List<double> ofOne = [], ofEight = [];
        for (var round = -WarmUpRounds; round < plan.Rounds; round++)
        {
            // In the other order every second round: neither gains by going first.
            double first, second;
            if (round % 2 == 0)
                (first, second) = (await RoundAsync(one, asked), await RoundAsync(eight, asked));
            else
                (second, first) = (await RoundAsync(eight, asked), await RoundAsync(one, asked));
            if (round < 0)
                continue;

            ofOne.Add(first);
            ofEight.Add(second);
        }

        return new ChainFigures(name, writesToDisk, Spread.Of(ofOne), Spread.Of(ofEight), Spread.Of(ofEight.Zip(ofOne, (two, other) => two / other)));
    }

    /// <summary>The mean microseconds of a decision.</summary>
    private async Task<double> RoundAsync(Forest forest, Asked asked)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var name = forest.Names.Agent(forest.Last);
        var agent = node.Agent(forest.Names.Key(forest.Last));
        var elapsed = 0L;
        for (var decision = 0; decision < plan.Decisions; decision++)
        {
            var request = BenchNode.Request(name);
            var started = Stopwatch.GetTimestamp();
            await BenchNode.AllowedAsync(agent, request, asked == Asked.DryRun);
            elapsed += Stopwatch.GetTimestamp() - started;
            if (asked == Asked.DryRun)
                continue;

            started = Stopwatch.GetTimestamp();
            await BenchNode.ReconcileAsync(agent, request.Id!.Value);
            elapsed += Stopwatch.GetTimestamp() - started;
        }

        return elapsed * 1_000_000.0 / Stopwatch.Frequency / plan.Decisions;
    }
}
