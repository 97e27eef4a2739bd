using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using LedgerStreamId = GenOps.ControlPlane.Ledger.StreamId;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>Measures how long a budget takes to answer after its node was killed.</summary>
internal sealed class RecoveryBench(RecoveryPlan plan, string folder, TextWriter progress, CancellationToken cancellationToken)
{
    private const int Timings = 5;

    /// <summary>Measures one budget.</summary>
    public static async Task<RecoveryFigures> RunAsync(RecoveryPlan plan, string parent, TextWriter progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(parent, "recovery");
        Directory.CreateDirectory(folder);
        try
        {
            return await new RecoveryBench(plan, folder, progress, cancellationToken).RunAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<RecoveryFigures> RunAsync()
    {
        var snapshotEvery = new LedgeredGrainOptions().SnapshotEntriesMin;
        var stream = new StreamWriter(Key("budget"), plan.Scopes);
        var tailMax = Math.Max(snapshotEvery, plan.Scopes);
        var idle = new StreamWriter(Key("idle"), 0);
        idle.Begin(plan.Entries);
        await idle.WriteAsync(0, folder, cancellationToken);

        // What follows the snapshot later is part of the number.
        var started = Stopwatch.GetTimestamp();
        await progress.WriteLineAsync($"Writing {plan.Entries} entries, {plan.Scopes} scopes");
        stream.Begin(plan.Entries);
        await stream.WriteAsync(plan.Entries - tailMax - 1, folder, cancellationToken);
        await progress.WriteLineAsync($"Written in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");

        // A tail that long makes the actor take a snapshot with its first entry.
        await progress.WriteLineAsync("Starting a node that takes a snapshot");
        var (_, _, snapshotBytes) = await RecoveredProcess.RunAsync(folder, Key("budget").Value, goOn: true, cancellationToken);

        await stream.FollowAsync(folder, cancellationToken);
        var tail = Math.Max(snapshotEvery, stream.Tree.Weight) - 1;
        await stream.WriteAsync(tail - 1, folder, cancellationToken);
        await progress.WriteLineAsync($"{tail} entries follow the snapshot");

        var idled = await AnswersAsync("an idle budget", "idle", plan.WithSnapshot);
        var withSnapshot = await AnswersAsync("with a snapshot", "budget", plan.WithSnapshot);
        File.Delete(Path.Combine(folder, "snapshots.db"));
        File.Delete(Path.Combine(folder, "snapshots.db-wal"));
        File.Delete(Path.Combine(folder, "snapshots.db-shm"));
        var withoutSnapshot = await AnswersAsync("without a snapshot", "budget", plan.WithoutSnapshot);
        var (save, restore) = Time(stream.Tree);
        return new RecoveryFigures((int)stream.Seq, plan.Scopes, tail, snapshotBytes, withSnapshot, withoutSnapshot, idled, save, restore);
    }

    private async Task<AnswerFigures> AnswersAsync(string what, string budget, int count)
    {
        List<double> answers = [], processors = [];
        for (var run = 1; run <= count; run++)
        {
            var (answer, processor, _) = await RecoveredProcess.RunAsync(folder, Key(budget).Value, goOn: false, cancellationToken);
            await progress.WriteLineAsync($"First call, {what}, {run} of {count}: {answer:0} ms, {processor:0} of processor time");
            answers.Add(answer);
            processors.Add(processor);
        }

        return new AnswerFigures(Spread.Of(answers), Spread.Of(processors));
    }

    private static (double SaveMs, double RestoreMs) Time(BudgetTree tree)
    {
        List<double> saved = [], restored = [];
        for (var run = 0; run < Timings; run++)
        {
            var started = Stopwatch.GetTimestamp();
            var image = tree.Save();
            saved.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            new BudgetTree(BudgetRoot.Parse("budget")).Restore(image);
            restored.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return (Spread.Of(saved).Median, Spread.Of(restored).Median);
    }

    private static LedgerStreamId Key(string root) => new(IBudgetGrain.Key(NodeSetup.Tenant, BudgetRoot.Parse(root)));
}
