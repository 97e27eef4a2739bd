using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// (l): one tenant's callers are ten times as many as those at which throughput no longer grows, for which the most of the
/// steps is taken, whatever the steps showed; another tenant's waiting time is watched meanwhile.
/// </summary>
public static class TenantFlooded
{
    private const int TooMany = 10;

    private static readonly int[] Steps = [4, 8, 16, 32, 64];

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'l', "ten times more load than capacity",
        "One tenant's callers are ten times as many as throughput needs to stop growing; the other tenant's p99 may be 3 times its quiet one at most, and refusals must be explicit.",
        ActAsync)
    {
        // A quiet tenant: its own callers wait for nobody but the silos.
        Load = load => load with { HttpCallers = 3, LibraryCallers = 3, Pause = TimeSpan.FromMilliseconds(50), AuthorityInterval = null },
    };

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        // A tenant for each round: the last one's holds are its own matter.
        run.WaitsFor("the flooded tenant to be made");
        var tenant = string.Create(CultureInfo.InvariantCulture, $"flood-{run.Round}");
        await new Organisation(tenant).PrepareAsync(run.Cluster, run.History, cancellationToken);
        var key = await run.Cluster.ServiceKeyAsync(tenant, cancellationToken);

        run.WaitsFor("the flood's steps");
        FloodResult steps;
        using (var rising = await FloodProcess.StartAsync(run, tenant, key, Steps, run.Plan.Measure / 2, cancellationToken))
            steps = Keep(run, await rising.EndAsync(cancellationToken));
        run.WaitsFor("quiet");
        var quietFrom = run.History.Now;
        await ScenarioRun.WaitAsync(run.Plan.Measure, cancellationToken);
        var quiet = Latencies(run, quietFrom, run.History.Now);

        run.WaitsFor("the flood to end");
        FloodResult flooded;
        double[] busy;
        using (var flood = await FloodProcess.StartAsync(run, tenant, key, [Steps[^1] * TooMany], run.Plan.Measure * 2.5, cancellationToken))
        {
            // Its beginning is the flood's own: it starts, connects, and has the silos compile anew what is hot now.
            await ScenarioRun.WaitAsync(run.Plan.Measure, cancellationToken);
            var from = run.History.Now;
            await ScenarioRun.WaitAsync(run.Plan.Measure, cancellationToken);
            busy = Latencies(run, from, run.History.Now);
            flooded = Keep(run, await flood.EndAsync(cancellationToken));
        }

        var most = flooded.Steps[0];
        var ratio = Percentile(busy, 0.99) / Percentile(quiet, 0.99);
        run.Note("capacity", string.Join(", ", steps.Steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Callers}: {step.PerSecond:0}/s"))));
        run.Note("flood", string.Create(CultureInfo.InvariantCulture,
            $"{most.Callers} callers: {most.PerSecond:0}/s acknowledged, {most.Overloaded / most.Seconds:0}/s refused as overloaded, otherwise {(most.Otherwise.Count == 0 ? "nothing" : string.Join("; ", most.Otherwise.Select(other => $"{other.Value} times {other.Key}")))}"));
        run.Note("the other tenant", string.Create(CultureInfo.InvariantCulture,
            $"quiet p50 {Percentile(quiet, 0.5):0.0} ms, p99 {Percentile(quiet, 0.99):0.0} ms of {quiet.Length}; flooded p50 {Percentile(busy, 0.5):0.0} ms, p99 {Percentile(busy, 0.99):0.0} ms of {busy.Length}; ratio {ratio:0.0}"));
        if (quiet.Length < run.Plan.SamplesMin || busy.Length < run.Plan.SamplesMin)
            run.Miss($"the other tenant got {quiet.Length} decisions while it was quiet and {busy.Length} in the flood, at least {run.Plan.SamplesMin} say something");
        if (run.Plan.JudgesSpeed && !(ratio <= run.Plan.LatencyRatioMax))
            run.Miss(string.Create(CultureInfo.InvariantCulture, $"the other tenant's p99 is {ratio:0.0} times its quiet one, at most {run.Plan.LatencyRatioMax} is good"));
        if (most.Acknowledged == 0)
            run.Miss("nothing of the flood was acknowledged");
        if (most.Otherwise.Count > 0)
            run.Miss($"refusals of the flood are not explicit: {string.Join("; ", most.Otherwise.Keys)}");
    }

    private static FloodResult Keep(ScenarioRun run, FloodResult result)
    {
        foreach (var call in result.Calls)
            run.History.Add(call);
        return result;
    }

    /// <summary>How long decisions of the watched tenant took in ms, retries included, sorted.</summary>
    private static double[] Latencies(ScenarioRun run, TimeSpan from, TimeSpan to) =>
    [
        .. run.History.Calls
            .Where(call => call.Kind == CallKind.Authorize && call.Tenant == run.Load.Organisation.Tenant.Value && call.Began >= from && call.Began <= to)
            .GroupBy(call => call.Subject)
            .Where(attempts => attempts.Any(call => call.IsAcknowledged))
            .Select(attempts => (attempts.Where(call => call.IsAcknowledged).Min(call => call.Ended) - attempts.Min(call => call.Began)).TotalMilliseconds)
            .Order(),
    ];

    private static double Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
