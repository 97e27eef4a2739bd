using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>(k): a silo joins under load and gets its share of what is new; then one of the old ones leaves.</summary>
public static class JoinAndLeave
{
    private const int AgentsMin = 40;
    private const int PartMin = 10;

    private const string DecisionsMetric = "genops_decisions_total";

    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'k', "a silo joins, a silo leaves", "A fourth silo joins under load and must get its share of new actors; then one of the others leaves for good.", ActAsync);

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var leaver = run.AnySilo();
        var began = run.History.Now;
        var joined = await run.JoinAsync(cancellationToken);
        var ready = run.History.Now;
        var fresh = await FreshAgents.BeginAsync(run, cancellationToken);
        var before = await DecisionsAsync(run, cancellationToken);
        for (var repeat = 0; repeat < Math.Max(run.Plan.Repeats, AgentsMin); repeat++)
            await fresh.CallAsync(cancellationToken);
        var after = await DecisionsAsync(run, cancellationToken);

        // Each silo counts the decisions of its own actors; the joined one has new ones only.
        var (share, all) = (after[joined] - before[joined], after.Values.Sum() - before.Values.Sum());
        if (share * PartMin < fresh.Count)
            run.Miss(string.Create(CultureInfo.InvariantCulture, $"{joined.Name} decided only {share:0} times with {fresh.Count} new agents"));
        await run.Load.ProgressAsync(run.Plan.CallsBefore, run.Plan.ProgressMax, cancellationToken);
        var asked = run.History.Now;
        run.WaitsFor($"{leaver.Name} to leave");
        var code = await run.Cluster.LeaveAsync(leaver);
        var left = run.History.Now;
        if (code != 0)
            run.Miss($"{leaver.Name} ended with {code}:{Environment.NewLine}{leaver.Output}");
        await run.RecoverAsync(asked, cancellationToken);
        run.Note("joined", string.Create(CultureInfo.InvariantCulture,
            $"ready after {(ready - began).TotalSeconds:0.0} s, then decided {share:0} of {all:0} with {fresh.Count} new agents; {leaver.Name} left within {(left - asked).TotalSeconds:0.0} s"));
    }

    private static async Task<Dictionary<SiloProcess, double>> DecisionsAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<SiloProcess, double>();
        foreach (var silo in run.Cluster.Silos)
        {
            var (status, text) = await ClusterOfSilos.SendAsync(silo, HttpMethod.Get, "/metrics", null, run.Cluster.AdminKey, run.Plan.Load.AttemptTimeout, cancellationToken);
            if (status != 200)
                throw new HarnessException($"GET /metrics at {silo.Name}: {status} {text}");
            counts[silo] = text.Split('\n').Where(line => line.StartsWith(DecisionsMetric, StringComparison.Ordinal))
                .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
        }

        return counts;
    }
}
