using System.Globalization;
using GenOps.ControlPlane.Tests.Simulation;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>
/// What an acknowledged revocation promises, held against the histories of many worlds. GENOPS_SEED=n repeats one seed,
/// GENOPS_SEEDS=n runs that many.
/// </summary>
public sealed class RevocationTests(ITestOutputHelper output)
{
    private const int Seeds = 150;
    private const int RevocationsMin = 10_000;

    [Fact]
    public void Revocation_Acknowledged_IsTrueForEveryCallThatStartsAfterIt()
    {
        var first = Number("GENOPS_SEED") ?? 1;
        var count = Number("GENOPS_SEED") is null ? Number("GENOPS_SEEDS") ?? Seeds : 1;
        var failures = new SortedDictionary<int, string>();
        var (revocations, allowances, listings, crashes, second, stalls, stopped, steps) = (0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        var next = first - 1;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(
            () =>
            {
                while (Interlocked.Increment(ref next) is var seed && seed < first + count)
                {
                    var run = new RevocationRun(seed);
                    try
                    {
                        run.Run();
                    }
                    catch (Exception error)
                    {
                        lock (failures)
                            failures[seed] = $"seed {seed}, step {run.Steps}: {(count == 1 ? error : error.Message)}\n  repeat with GENOPS_SEED={seed} dotnet run --project tests/Grains.Tests -- -class *RevocationTests";
                    }

                    Interlocked.Add(ref revocations, run.History.Revocations);
                    Interlocked.Add(ref allowances, run.History.Allowances.Count);
                    Interlocked.Add(ref listings, run.History.Listings);
                    Interlocked.Add(ref crashes, run.Crashes);
                    Interlocked.Add(ref second, run.SecondActivations);
                    Interlocked.Add(ref stalls, run.Stalls);
                    Interlocked.Add(ref stopped, run.WatchIsStopped ? 1 : 0);
                    Interlocked.Add(ref steps, run.Steps);
                }
            },
            16 << 20)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        output.WriteLine($"{count} seeds, {stopped} of them with a watch that is stopped: {steps} steps, {revocations} revocations, {allowances} allowances, {listings} listings, "
            + $"{crashes} crashes, {second} second activations, {stalls} stalls of the ledger");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} seeds fail\n" + string.Join('\n', failures.Values.Take(20)));
        if (count < Seeds)
            return;

        Assert.InRange(revocations, RevocationsMin, long.MaxValue);
        Assert.All([allowances, listings, crashes, second, stalls, stopped], happened => Assert.NotEqual(0, happened));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Revocation_SameSeed_GivesTheSameHistory(int seed)
    {
        var once = new RevocationRun(seed);
        var twice = new RevocationRun(seed);
        SimulationTests.OnThread(once.Run);
        SimulationTests.OnThread(twice.Run);

        Assert.NotEmpty(once.History.Allowances);
        Assert.Equal(once.Steps, twice.Steps);
        Assert.Equal(
            once.History.Allowances.Select(allowance => (allowance.Id, allowance.StartedAt, allowance.EndedAt)),
            twice.History.Allowances.Select(allowance => (allowance.Id, allowance.StartedAt, allowance.EndedAt)));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
