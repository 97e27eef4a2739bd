using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>What many callers at once achieved with one alternative.</summary>
/// <param name="Reserved">How long their reservations took.</param>
/// <param name="Reconciled">How long their reconciliations took.</param>
/// <param name="Elapsed">From the end of the ramp to the last answer.</param>
internal sealed record CellLoad(Latencies Reserved, Latencies Reconciled, TimeSpan Elapsed)
{
    /// <summary>Reservations with their reconciliations in a second.</summary>
    public double PairsPerSecond => Reconciled.Count / Elapsed.TotalSeconds;

    /// <summary>Lets the first <paramref name="callers"/> of <paramref name="reservers"/> draw from <paramref name="budgets"/> budgets by chance.</summary>
    /// <exception cref="Node.BenchException">An answer is not what it must be.</exception>
    public static async Task<CellLoad> RunAsync(
        IReadOnlyList<IReserver> reservers, int callers, int budgets, TimeSpan ramp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp() + (long)(ramp.TotalSeconds * Stopwatch.Frequency);
        var until = from + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var asking = Enumerable.Range(0, callers)
            .Select(caller => Task.Run(() => CallAsync(reservers[caller], new Random(caller), budgets, from, until, cancellationToken), cancellationToken)).ToArray();
        await Task.WhenAll(asking);
        var elapsed = Stopwatch.GetElapsedTime(from);

        var (reserved, reconciled) = (new Latencies(), new Latencies());
        foreach (var caller in asking)
        {
            var (own, reports) = await caller;
            reserved.Add(own);
            reconciled.Add(reports);
        }

        return new CellLoad(reserved, reconciled, elapsed);
    }

    private static async Task<(Latencies Reserved, Latencies Reconciled)> CallAsync(
        IReserver reserver, Random choices, int budgets, long from, long until, CancellationToken cancellationToken)
    {
        var (reserved, reconciled) = (new Latencies(), new Latencies());
        while (Stopwatch.GetTimestamp() is var began && began < until)
        {
            await reserver.ReserveAsync(choices.Next(budgets), cancellationToken);
            if (began >= from)
                reserved.AddSince(began);
            var reported = Stopwatch.GetTimestamp();
            await reserver.ReconcileAsync(cancellationToken);
            if (began >= from)
                reconciled.AddSince(reported);
        }

        return (reserved, reconciled);
    }
}
