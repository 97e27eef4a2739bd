using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>Measures decisions over a real node: one caller beside its floor, then many.</summary>
internal sealed class AuthorizeBench(AuthorizePlan plan, NodeProcess node, NodeConnection connection, TextWriter progress)
{
    private const int WarmUpCallers = 16;

    /// <summary>Starts a node, measures, and removes everything that it left.</summary>
    /// <exception cref="BenchException">The node does not start, or a call is not answered as it must be.</exception>
    public static async Task<AuthorizeReport> RunAsync(
        AuthorizePlan plan, string parent, TextWriter progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = Path.Combine(Path.GetFullPath(parent), $"genops-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        try
        {
            await progress.WriteLineAsync($"Starting a node in {folder}");
            await using var node = await NodeProcess.StartAsync(folder, cancellationToken);
            var budgets = AuthorizePlan.Budgets.Max();
            await progress.WriteLineAsync($"Making {budgets} agents, each with a budget");
            await NodeSetup.PrepareAsync(node, budgets, cancellationToken);
            await using var connection = await NodeConnection.OpenAsync(node, budgets, cancellationToken);

            var bench = new AuthorizeBench(plan, node, connection, progress);
            await bench.WarmUpAsync(cancellationToken);
            var oneCaller = await bench.MeasureOneCallerAsync(folder, cancellationToken);
            var throughput = await bench.MeasureThroughputAsync(cancellationToken);
            return new AuthorizeReport(
                Machine.Describe(folder), Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1), oneCaller, throughput);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync($"Warming up for {plan.WarmUp.TotalSeconds:0} s");
        await CallerLoad.RunAsync(connection, WarmUpCallers, 0, AuthorizePlan.Budgets.Max(), TimeSpan.Zero, plan.WarmUp * 0.6, cancellationToken);
        await CallerLoad.RunAsync(connection, 1, 0, 1, TimeSpan.Zero, plan.WarmUp * 0.4, cancellationToken);
    }

    private async Task<OneCallerFigures> MeasureOneCallerAsync(string folder, CancellationToken cancellationToken)
    {
        var row = LedgerRow.ReadNewest(node.Ledger);
        using var indexed = new BareAppend(Path.Combine(folder, "indexed.db"), row, isIndexed: true);
        using var plain = new BareAppend(Path.Combine(folder, "plain.db"), row, isIndexed: false);
        List<Latencies> called = [], appended = [], together = [], written = [], togetherPlain = [], rehearsed = [], authorized = [], reconciled = [];

        // The first round warms the floor up, and is not counted.
        for (var round = 0; round <= plan.FloorRounds; round++)
        {
            await progress.WriteLineAsync(round == 0 ? "One caller: warming up" : $"One caller: round {round} of {plan.FloorRounds}");
            var floorIndexed = await MeasureFloorAsync(indexed, cancellationToken);
            var floorPlain = await MeasureFloorAsync(plain, cancellationToken);
            var caller = new Caller(connection, 0);
            for (var call = 0; call < plan.FloorCalls; call++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await caller.DryRunAsync(0);
            }

            for (var call = 0; call < plan.FloorCalls; call++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await caller.PairAsync(0, isMeasured: true);
            }

            if (round == 0)
                continue;

            called.Add(floorIndexed.Calls);
            appended.Add(floorIndexed.Appends);
            together.Add(floorIndexed.Together);
            written.Add(floorPlain.Appends);
            togetherPlain.Add(floorPlain.Together);
            rehearsed.Add(caller.Rehearsed);
            authorized.Add(caller.Authorized);
            reconciled.Add(caller.Reconciled);
        }

        return new OneCallerFigures(
            plan.FloorRounds, plan.FloorCalls, row.Text.Length,
            LatencyFigures.Of(called), LatencyFigures.Of(appended), LatencyFigures.Of(together), LatencyFigures.Of(written),
            LatencyFigures.Of(rehearsed), LatencyFigures.Of(authorized), LatencyFigures.Of(reconciled),
            Ratio(authorized, together), Ratio(authorized, togetherPlain));
    }

    private static Spread Ratio(IEnumerable<Latencies> authorized, IEnumerable<Latencies> floors) =>
        Spread.Of(authorized.Zip(floors, (decision, floor) => decision.PercentileMs(0.5) / floor.PercentileMs(0.5)));

    /// <summary>
    /// A call, then an append, in turn, as a decision is one after the other. Appends without pause would be no floor:
    /// the disk answers sooner while it is kept busy.
    /// </summary>
    private async Task<(Latencies Calls, Latencies Appends, Latencies Together)> MeasureFloorAsync(
        BareAppend append, CancellationToken cancellationToken)
    {
        var (calls, appends, together) = (new Latencies(), new Latencies(), new Latencies());
        for (var call = 0; call < plan.FloorCalls; call++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            await connection.Agent(0).GetAsync();
            calls.AddSince(started);
            var called = Stopwatch.GetTimestamp();
            append.Append();
            appends.AddSince(called);
            together.AddSince(started);
        }

        return (calls, appends, together);
    }

    private async Task<IReadOnlyList<ThroughputFigures>> MeasureThroughputAsync(CancellationToken cancellationToken)
    {
        if (plan.Rounds == 0)
            return [];

        (int Callers, int Budgets)[] cells = [.. AuthorizePlan.Callers.SelectMany(callers => AuthorizePlan.Budgets.Select(budgets => (callers, budgets)))];
        var rates = cells.ToDictionary(cell => cell, _ => new List<double>());
        var authorized = cells.ToDictionary(cell => cell, _ => new List<Latencies>());
        var reconciled = cells.ToDictionary(cell => cell, _ => new List<Latencies>());

        // Round by round through all cells, so that a slow moment of the machine does not fall on one of them alone.
        for (var round = 1; round <= plan.Rounds; round++)
        {
            foreach (var cell in cells)
            {
                await progress.WriteLineAsync($"Round {round} of {plan.Rounds}: {cell.Callers} callers on {cell.Budgets} budgets");
                var load = await CallerLoad.RunAsync(connection, cell.Callers, 0, cell.Budgets, plan.Ramp, plan.Round, cancellationToken);
                rates[cell].Add(load.PairsPerSecond);
                authorized[cell].Add(load.Authorized);
                reconciled[cell].Add(load.Reconciled);
            }
        }

        return
        [
            .. cells.Select(cell => new ThroughputFigures(
                cell.Callers, cell.Budgets, Spread.Of(rates[cell]), LatencyFigures.Of(authorized[cell]), LatencyFigures.Of(reconciled[cell]))),
        ];
    }
}
