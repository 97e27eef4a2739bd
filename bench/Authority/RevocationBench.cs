using System.Diagnostics;
using System.Globalization;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>Revokes roots with very many descendants and, in turn, leaves.</summary>
internal sealed class RevocationBench(BenchNode node, CancellationToken cancellationToken)
{
    private const int Branches = 10;
    private const int WarmUp = 200;
    private const string Reason = "the bench takes it away";

    private readonly List<double> _leaves = [];

    /// <summary>Measures on a node of its own.</summary>
    public static async Task<RevocationFigures> RunAsync(AuthorityPlan plan, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"Revocation: writing {plan.Forests} forests of {plan.Descendants} and {plan.LargeForests} of {plan.LargeDescendants}");
        var warm = new Forest(new ForestNames("warm"), WarmUp, 0);
        List<Forest> forests = [.. Enumerable.Range(0, plan.Forests).Select(number => Named("ten", number, plan.Descendants))];
        List<Forest> large = [.. Enumerable.Range(0, plan.LargeForests).Select(number => Named("hundred", number, plan.LargeDescendants))];
        foreach (var forest in (Forest[])[warm, .. forests, .. large])
            await ForestWriter.WriteAsync(forest, new AgentDefinition(), folder, cancellationToken);

        await using var node = await BenchNode.StartAsync(folder, cancellationToken);
        var bench = new RevocationBench(node, cancellationToken);
        for (var number = 0; number < WarmUp; number++)
            await bench.RevokeAsync(warm, number);

        await progress.WriteLineAsync("Revoking");
        RootFigures[] roots = [await bench.MeasureAsync(plan, forests), await bench.MeasureAsync(plan, large)];
        return new RevocationFigures(Spread.Of(bench._leaves), bench._leaves.Count, roots);
    }

    private static Forest Named(string size, int number, int descendants) =>
        new(new ForestNames(string.Create(CultureInfo.InvariantCulture, $"{size}-{number}")), descendants + 1, Branches);

    private async Task<RootFigures> MeasureAsync(AuthorityPlan plan, List<Forest> forests)
    {
        List<double> roots = [], refused = [];
        foreach (var forest in forests)
        {
            // The last one's chain is the longest. It works on it until the root falls.
            var agent = node.Agent(forest.Names.Key(forest.Last));
            var before = await BenchNode.AllowedAsync(agent, BenchNode.Request(forest.Names.Agent(forest.Last)));
            await BenchNode.ReconcileAsync(agent, before.Id);
            for (var leaf = 0; leaf < plan.Leaves; leaf++)
                _leaves.Add(await RevokeAsync(forest, forest.FirstLeaf + leaf));
            roots.Add(await RevokeAsync(forest, 0));

            var started = Stopwatch.GetTimestamp();
            var decision = await agent.AuthorizeAsync(BenchNode.Request(forest.Names.Agent(forest.Last)));
            refused.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (decision is not { Result: DecisionResult.Blocked, ReasonCode: ReasonCodes.AuthorityRevoked })
                throw new BenchException($"{decision.Id} must be refused, since its root was revoked, but is {decision.Result}: {decision.ReasonCode}");
        }

        return new RootFigures(forests[0].Count - 1, forests.Count, Spread.Of(roots), Spread.Of(refused));
    }

    /// <summary>How many milliseconds a revocation takes whose actor is there already.</summary>
    private async Task<double> RevokeAsync(Forest forest, int number)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var agent = node.Agent(forest.Names.Key(number));
        var delegation = forest.Names.Delegation(number);
        await agent.GetDelegationAsync(delegation);
        var started = Stopwatch.GetTimestamp();
        await agent.RevokeDelegationAsync(delegation, Reason, Principal.Bootstrap);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
