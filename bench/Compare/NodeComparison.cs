using GenOps.ControlPlane.Bench.Authorize;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Compare;

/// <summary>
/// Compares two ways to lay out the same work on one node: round by round, one right after the other, and in the other
/// order in every second round, so that neither what the machine does meanwhile nor who goes first falls on one of them.
/// </summary>
internal static class NodeComparison
{
    /// <summary>Starts a node, measures, and ends the node.</summary>
    /// <exception cref="BenchException">The node does not start, or a call is not answered as it must be.</exception>
    public static async Task<CompareFigures> RunAsync(
        ComparePlan plan, int callers, Side first, Side second, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        if (first.Bindings.Count != second.Bindings.Count)
            throw new ArgumentException("both sides have the same number of agents", nameof(second));

        var agents = first.Bindings.Count;
        await progress.WriteLineAsync($"Starting a node in {folder}");
        await using var node = await NodeProcess.StartAsync(folder, cancellationToken);
        await progress.WriteLineAsync($"Making {first.Budgets.Count + second.Budgets.Count} budgets and {2 * agents} agents");
        await NodeSetup.PrepareAsync(node, [.. first.Budgets, .. second.Budgets], [.. first.Bindings, .. second.Bindings], cancellationToken);
        await using var connection = await NodeConnection.OpenAsync(node, 2 * agents, cancellationToken);

        await progress.WriteLineAsync($"Warming up for {plan.WarmUp.TotalSeconds:0} s");
        await CallerLoad.RunAsync(connection, callers, 0, 2 * agents, TimeSpan.Zero, plan.WarmUp, cancellationToken);
        List<CallerLoad> ofFirst = [], ofSecond = [];
        for (var round = 1; round <= plan.Rounds; round++)
        {
            await progress.WriteLineAsync($"Round {round} of {plan.Rounds}");
            if (round % 2 == 1)
            {
                ofFirst.Add(await MeasureAsync(0));
                ofSecond.Add(await MeasureAsync(agents));
            }
            else
            {
                ofSecond.Add(await MeasureAsync(agents));
                ofFirst.Add(await MeasureAsync(0));
            }
        }

        return new CompareFigures(
            callers, agents, plan.Rounds, Figures(first.Name, ofFirst), Figures(second.Name, ofSecond),
            Spread.Of(ofFirst.Zip(ofSecond, (one, other) => one.PairsPerSecond / other.PairsPerSecond)));

        Task<CallerLoad> MeasureAsync(int firstAgent) =>
            CallerLoad.RunAsync(connection, callers, firstAgent, agents, plan.Ramp, plan.Round, cancellationToken);
    }

    private static SideFigures Figures(string name, List<CallerLoad> rounds) => new(
        name, Spread.Of(rounds.Select(round => round.PairsPerSecond)),
        LatencyFigures.Of([.. rounds.Select(round => round.Authorized)]), LatencyFigures.Of([.. rounds.Select(round => round.Reconciled)]));
}
