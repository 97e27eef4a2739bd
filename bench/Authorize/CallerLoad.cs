using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>What many callers at once achieved.</summary>
/// <param name="Authorized">How long their authorizations took.</param>
/// <param name="Reconciled">How long their reconciliations took.</param>
/// <param name="Elapsed">From the end of the ramp to the last answer.</param>
internal sealed record CallerLoad(Latencies Authorized, Latencies Reconciled, TimeSpan Elapsed)
{
    /// <summary>Authorizations with their reconciliations in a second.</summary>
    public double PairsPerSecond => Reconciled.Count / Elapsed.TotalSeconds;

    /// <summary>Lets <paramref name="callers"/> run on the <paramref name="agents"/> agents from <paramref name="firstAgent"/> on.</summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public static async Task<CallerLoad> RunAsync(
        NodeConnection connection, int callers, int firstAgent, int agents, TimeSpan ramp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp() + (long)(ramp.TotalSeconds * Stopwatch.Frequency);
        var until = from + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        Caller[] asking = [.. Enumerable.Range(0, callers).Select(number => new Caller(connection, number))];
        await Task.WhenAll(asking.Select(caller => Task.Run(() => caller.RunAsync(firstAgent, agents, from, until, cancellationToken), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(from);

        var (authorized, reconciled) = (new Latencies(), new Latencies());
        foreach (var caller in asking)
        {
            authorized.Add(caller.Authorized);
            reconciled.Add(caller.Reconciled);
        }

        return new CallerLoad(authorized, reconciled, elapsed);
    }
}
