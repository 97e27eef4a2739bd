using System.Globalization;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>Measures what agents that stay activated take in memory.</summary>
internal static class AgentMemoryBench
{
    private const int AtOnce = 64;
    private const int WarmUp = 2_000;

    /// <summary>Measures on a node of its own.</summary>
    public static async Task<AgentMemoryFigures> RunAsync(int agents, string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"Memory: writing {agents} agents");
        var warm = new Forest(new ForestNames("warm"), WarmUp, 0);
        var forest = new Forest(new ForestNames("idle"), agents, 0);
        await ForestWriter.WriteAsync(warm, new AgentDefinition(), folder, cancellationToken);
        await ForestWriter.WriteAsync(forest, new AgentDefinition(), folder, cancellationToken);
        await using var node = await BenchNode.StartAsync(folder, cancellationToken);

        // Whatever there is once, and the code, is there before the heap is weighed.
        await DecideAsync(node, warm, cancellationToken);
        await TouchAsync(node, "warm", WarmUp, cancellationToken);
        var empty = await HeapAsync(cancellationToken);

        await progress.WriteLineAsync("Activating bare actors");
        await TouchAsync(node, "bare", agents, cancellationToken);
        var bare = await HeapAsync(cancellationToken);

        await progress.WriteLineAsync("Activating agents");
        await ForEachAsync(agents, number => node.Agent(forest.Names.Key(number)).GetAsync(), cancellationToken);
        var loaded = await HeapAsync(cancellationToken);

        await progress.WriteLineAsync("Deciding once for each");
        await DecideAsync(node, forest, cancellationToken);
        var decided = await HeapAsync(cancellationToken);
        var statistics = await node.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        var activations = statistics.Where(one => one.GrainType.Contains(nameof(AgentGrain), StringComparison.Ordinal)).Sum(one => one.ActivationCount) - WarmUp;
        if (activations < agents)
            throw new BenchException($"only {activations} of {agents} agents are still activated");

        return new AgentMemoryFigures(agents, activations, Each(decided - bare), Each(loaded - bare), Each(bare - empty));

        double Each(long bytes) => Math.Round((double)bytes / agents, 1);
    }

    private static Task DecideAsync(BenchNode node, Forest forest, CancellationToken cancellationToken) =>
        ForEachAsync(
            forest.Count,
            async number =>
            {
                var agent = node.Agent(forest.Names.Key(number));
                var decision = await BenchNode.AllowedAsync(agent, BenchNode.Request(forest.Names.Agent(number)));
                await BenchNode.ReconcileAsync(agent, decision.Id);
            },
            cancellationToken);

    private static Task TouchAsync(BenchNode node, string prefix, int count, CancellationToken cancellationToken) =>
        ForEachAsync(
            count, number => node.Grains.GetGrain<IBareGrain>(string.Create(CultureInfo.InvariantCulture, $"a/bench/{prefix}-{number:000000}")).TouchAsync(), cancellationToken);

    private static Task ForEachAsync(int count, Func<int, Task> act, CancellationToken cancellationToken) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (number, _) => await act(number));

    /// <summary>What is left once the work of the last calls is done.</summary>
    private static async Task<long> HeapAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
