using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>(j): all silos are stopped in an orderly way and started again, one after the other.</summary>
public static class RollingRestart
{
    /// <summary>The scenario.</summary>
    public static Scenario Scenario { get; } = new(
        'j', "rolling restart of all silos", "Each silo in turn gets SIGTERM under load, has to end with 0, and is started again. No call may fail that is sent again.", ActAsync);

    private static async Task ActAsync(ScenarioRun run, CancellationToken cancellationToken)
    {
        var (began, before) = (run.History.Now, run.History.Calls.Count);
        var stops = new List<double>();
        foreach (var silo in run.Cluster.Silos)
        {
            var asked = run.History.Now;
            run.WaitsFor($"{silo.Name} to end");
            var code = await silo.StopAsync();
            stops.Add((run.History.Now - asked).TotalSeconds);
            if (code != 0)
                run.Miss($"{silo.Name} ended with {code} after SIGTERM:{Environment.NewLine}{silo.Output}");
            await run.StartReadyAsync(silo, cancellationToken);
            run.WaitsFor("calls between two restarts");
            await run.Load.ProgressAsync(run.Plan.CallsBefore / 2, run.Plan.ProgressMax, cancellationToken);
        }

        var calls = run.History.Calls.Skip(before).ToArray();
        var failed = calls.Where(call => call.Door == Call.Library && call.End == CallEnd.Refused && call.Error!.StartsWith("503", StringComparison.Ordinal)).ToArray();
        if (failed.Length > 0)
            run.Miss($"{failed.Length} calls of the client library failed, such as {failed[0]}");
        var asks = calls.Where(call => call.Kind == CallKind.Authorize).GroupBy(call => call.Subject)
            .Where(attempts => attempts.Any(call => call.IsAcknowledged))
            .Select(attempts => (attempts.Where(call => call.IsAcknowledged).Min(call => call.Ended) - attempts.Min(call => call.Began)).TotalSeconds).Order().ToArray();
        if (asks.Length == 0)
        {
            run.Miss("nothing was decided");
            return;
        }

        run.Note("restarts", string.Create(CultureInfo.InvariantCulture,
            $"{stops.Count} within {(run.History.Now - began).TotalSeconds:0.0} s, each ended within {stops.Max():0.0} s; {calls.Count(call => call.End == CallEnd.Broken)} connections broken, {calls.Count(call => call.End == CallEnd.Refused)} refusals, all sent again; a decision with its retries took {asks[(int)(asks.Length * 0.99)]:0.00} s (p99), {asks[^1]:0.00} s at most"));
    }
}
