using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// The real actors and the real writer in many worlds full of faults. GENOPS_SEED=n repeats one seed, GENOPS_SEEDS=n
/// runs that many.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 1_000;

    [Fact]
    public void Simulation_EverySeed_KeepsEveryPromise()
    {
        var first = Number("GENOPS_SEED") ?? 1;
        var count = Number("GENOPS_SEED") is null ? Number("GENOPS_SEEDS") ?? Seeds : 1;
        var (entries, allowed, suspended, crashes, second, snapshots, steps, digest) = (0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        var (adjusted, frozen, writtenOff, late, alerts, estimated) = (0L, 0L, 0L, 0L, 0L, 0L);

        var failures = RunAll(first, count, run =>
        {
            Interlocked.Add(ref entries, run.Disk.Entries.Length);
            Interlocked.Add(ref allowed, run.Journal.Allowed);
            Interlocked.Add(ref suspended, run.Journal.Suspended);
            Interlocked.Add(ref crashes, run.Crashes);
            Interlocked.Add(ref second, run.SecondActivations);
            Interlocked.Add(ref snapshots, run.SnapshotsRead);
            Interlocked.Add(ref steps, run.Steps);
            Interlocked.Add(ref adjusted, run.Journal.Adjusted);
            Interlocked.Add(ref frozen, run.Journal.Frozen);
            Interlocked.Add(ref writtenOff, run.Journal.WrittenOff);
            Interlocked.Add(ref late, run.Audit.Budgets.Values.Sum(budget => budget.Holds.Values.Count(hold => hold is { WasWrittenOff: true, State: "reconciled" })));
            Interlocked.Add(ref alerts, run.Audit.Budgets.Values.Sum(budget => budget.Alerts));
            Interlocked.Add(ref estimated, run.Audit.Budgets.Values.Sum(budget => budget.Estimated));
            Interlocked.Add(ref digest, run.Disk.Entries[^1].Hash.Slot);
        });

        output.WriteLine($"{count} seeds ({digest:x16}): {steps} steps, {entries} entries, {allowed} allowances, {suspended} suspensions, {crashes} crashes, {second} second activations, {snapshots} snapshots read, "
            + $"{adjusted} adjustments, {frozen} freezes, {writtenOff} write-offs and {late} late figures after them, {alerts} alerts, {estimated} holds by history");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} seeds fail\n" + string.Join('\n', failures.Take(20)));
        if (count > 1)
            Assert.All([entries, allowed, suspended, crashes, second, snapshots, adjusted, frozen, writtenOff, late, alerts, estimated], happened => Assert.NotEqual(0, happened));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Simulation_SameSeed_GivesTheSameLedger(int seed)
    {
        var once = new SimulationRun(seed);
        var twice = new SimulationRun(seed);
        OnThread(once.Run);
        OnThread(twice.Run);

        Assert.NotEmpty(once.Disk.Entries);
        Assert.Equal(once.Steps, twice.Steps);
        Assert.Equal(once.Disk.Entries.Select(entry => entry.Hash), twice.Disk.Entries.Select(entry => entry.Hash));
    }

    /// <summary>Runs on a thread of its own, so that nothing of the test's surroundings has a say.</summary>
    internal static void OnThread(Action run)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    run();
                }
                catch (Exception error)
                {
                    failure = ExceptionDispatchInfo.Capture(error);
                }
            },
            16 << 20);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static List<string> RunAll(int first, int count, Action<SimulationRun> ended)
    {
        var failures = new SortedDictionary<int, string>();
        var next = first - 1;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(
            () =>
            {
                while (Interlocked.Increment(ref next) is var seed && seed < first + count)
                {
                    var run = new SimulationRun(seed);
                    try
                    {
                        run.Run();
                        ended(run);
                    }
                    catch (Exception error)
                    {
                        lock (failures)
                            failures[seed] = $"seed {seed}, step {run.Steps}: {(count == 1 ? Explain(error, run) : error.Message)}\n  repeat with GENOPS_SEED={seed} dotnet run --project tests/Grains.Tests -- -class *SimulationTests";
                    }
                }
            },
            16 << 20)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return [.. failures.Values];
    }

    /// <summary>The failure, and the life of the workload that it names, or of the budget.</summary>
    private static string Explain(Exception error, SimulationRun run)
    {
        var about = run.Disk.Entries.Where(entry => entry.Workload is { } workload && error.Message.Contains(workload.ToString(), StringComparison.Ordinal)).ToList();
        if (about.Count == 0)
            about = [.. run.Disk.Entries.Where(entry => error.Message.StartsWith($"{entry.Stream.Name}: ", StringComparison.Ordinal))];
        return string.Join("\n    ", [error.ToString(), .. about.Select(entry => Encoding.UTF8.GetString(entry.Text.Span))]);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
