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
        await RunCallersAsync(WarmUpCallers, AuthorizePlan.Budgets.Max(), TimeSpan.Zero, plan.WarmUp * 0.6, cancellationToken);
        await RunCallersAsync(1, 1, TimeSpan.Zero, plan.WarmUp * 0.4, cancellationToken);
    }

    private async Task<OneCallerFigures> MeasureOneCallerAsync(string folder, CancellationToken cancellationToken)
    {
        var row = LedgerRow.ReadNewest(node.Ledger);
        using var append = new BareAppend(Path.Combine(folder, "bare.db"), row);
        List<Latencies> called = [], appended = [], authorized = [], reconciled = [];

        // The first round warms the floor up, and is not counted.
        for (var round = 0; round <= plan.FloorRounds; round++)
        {
            await progress.WriteLineAsync(round == 0 ? "One caller: warming up" : $"One caller: round {round} of {plan.FloorRounds}");
            var calls = await MeasureCallsAsync(cancellationToken);
            var caller = new Caller(connection, 0);
            for (var call = 0; call < plan.FloorCalls; call++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await caller.PairAsync(0, isMeasured: true);
            }

            var appends = MeasureAppends(append, cancellationToken);
            if (round == 0)
                continue;

            called.Add(calls);
            appended.Add(appends);
            authorized.Add(caller.Authorized);
            reconciled.Add(caller.Reconciled);
        }

        double[] floors = [.. called.Zip(appended, (call, write) => call.PercentileMs(0.5) + write.PercentileMs(0.5))];
        return new OneCallerFigures(
            plan.FloorRounds, plan.FloorCalls, row.Text.Length,
            LatencyFigures.Of(called), LatencyFigures.Of(appended), Spread.Of(floors),
            LatencyFigures.Of(authorized), LatencyFigures.Of(reconciled),
            Spread.Of(authorized.Zip(floors, (decision, floor) => decision.PercentileMs(0.5) / floor)));
    }

    private async Task<Latencies> MeasureCallsAsync(CancellationToken cancellationToken)
    {
        var calls = new Latencies();
        for (var call = 0; call < plan.FloorCalls; call++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            await connection.Agent(0).GetAsync();
            calls.AddSince(started);
        }

        return calls;
    }

    private Latencies MeasureAppends(BareAppend append, CancellationToken cancellationToken)
    {
        var appends = new Latencies();
        for (var call = 0; call < plan.FloorCalls; call++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            append.Append();
            appends.AddSince(started);
        }

        return appends;
    }

    private async Task<IReadOnlyList<ThroughputFigures>> MeasureThroughputAsync(CancellationToken cancellationToken)
    {
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
                var (decisions, settlements, elapsed) = await RunCallersAsync(cell.Callers, cell.Budgets, plan.Ramp, plan.Round, cancellationToken);
                rates[cell].Add(settlements.Count / elapsed.TotalSeconds);
                authorized[cell].Add(decisions);
                reconciled[cell].Add(settlements);
            }
        }

        return
        [
            .. cells.Select(cell => new ThroughputFigures(
                cell.Callers, cell.Budgets, Spread.Of(rates[cell]), LatencyFigures.Of(authorized[cell]), LatencyFigures.Of(reconciled[cell]))),
        ];
    }

    /// <summary>Lets callers run; the time runs from the end of the ramp to the last answer.</summary>
    private async Task<(Latencies Authorized, Latencies Reconciled, TimeSpan Elapsed)> RunCallersAsync(
        int callers, int budgets, TimeSpan ramp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp() + (long)(ramp.TotalSeconds * Stopwatch.Frequency);
        var until = from + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        Caller[] asking = [.. Enumerable.Range(0, callers).Select(number => new Caller(connection, number))];
        await Task.WhenAll(asking.Select(caller => Task.Run(() => caller.RunAsync(budgets, from, until, cancellationToken), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(from);

        var (authorized, reconciled) = (new Latencies(), new Latencies());
        foreach (var caller in asking)
        {
            authorized.Add(caller.Authorized);
            reconciled.Add(caller.Reconciled);
        }

        return (authorized, reconciled, elapsed);
    }
}
