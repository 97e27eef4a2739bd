using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>(m): a read transaction stays open and one pg_dump runs after the other, while the load goes on.</summary>
public static class LongRead
{
    private const double RatioMin = 0.7;

    private static readonly TimeSpan DumpMax = TimeSpan.FromSeconds(60);

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'm', "a long read transaction, and pg_dump",
        "A read transaction is kept open and pg_dump runs in a loop; throughput must stay above 0.7 of what it is right before and right after.", ActAsync);

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var before = await PerSecondAsync(run, run.Plan.Measure, cancellationToken);
        double during;
        int dumps;
        TimeSpan age;
        await using (var reader = await LongReader.BeginAsync(run.Cluster.Server, run.Cluster.Database.Name, cancellationToken))
        {
            during = await PerSecondAsync(run, run.Plan.Reader ?? run.Plan.Measure, cancellationToken);
            run.WaitsFor("a dump to be finished");
            await Poll.UntilAsync(
                () => reader.Dumps > 0 || reader.HasFailed, DumpMax, () => $"pg_dump is not finished{Environment.NewLine}{run.Cluster.Server.LogTail}", cancellationToken);
            (dumps, age) = (reader.Dumps, reader.Age);
            run.WaitsFor("the transaction and the dump to end");
        }

        var after = await PerSecondAsync(run, run.Plan.Measure, cancellationToken);
        var ratio = during * 2 / (before + after);
        run.Note("acknowledged calls in a second", string.Create(CultureInfo.InvariantCulture,
            $"{before:0} before, {during:0} with a transaction of {age.TotalSeconds:0} s and {dumps} dumps, {after:0} after: ratio {ratio:0.00}"));
        if (dumps == 0)
            run.Miss("no pg_dump was finished");
        if (run.Plan.JudgesSpeed && !(ratio >= RatioMin))
            run.Miss(string.Create(CultureInfo.InvariantCulture, $"throughput is {ratio:0.00} of normal, at least {RatioMin} is good"));
    }

    private static async Task<double> PerSecondAsync(ScenarioRun run, TimeSpan time, CancellationToken cancellationToken)
    {
        run.WaitsFor("the throughput to be measured");
        var (from, acknowledged) = (run.History.Now, run.History.Acknowledged);
        await ScenarioRun.WaitAsync(time, cancellationToken);
        return (run.History.Acknowledged - acknowledged) / (run.History.Now - from).TotalSeconds;
    }
}
