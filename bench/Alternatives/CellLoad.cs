using System.Diagnostics;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>What many callers at once achieved with one alternative.</summary>
/// <param name="Reserved">How long their reservations took.</param>
/// <param name="Reconciled">How long their reconciliations took.</param>
/// <param name="Pairs">How many of both ended while it counted.</param>
/// <param name="Counted">How long it counted.</param>
internal sealed record CellLoad(Latencies Reserved, Latencies Reconciled, int Pairs, TimeSpan Counted)
{
    /// <summary>Reservations with their reconciliations in a second.</summary>
    public double PairsPerSecond => Pairs / Counted.TotalSeconds;

    /// <summary>Lets the first <paramref name="callers"/> of <paramref name="reservers"/> draw from <paramref name="budgets"/> budgets by chance.</summary>
    /// <exception cref="BenchException">An answer is not what it must be.</exception>
    public static async Task<CellLoad> RunAsync(
        IReadOnlyList<IReserver> reservers, int callers, int budgets, TimeSpan ramp, TimeSpan duration, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp() + (long)(ramp.TotalSeconds * Stopwatch.Frequency);
        var until = from + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var asking = Enumerable.Range(0, callers)
            .Select(caller => Task.Run(() => CallAsync(reservers[caller], new Random(caller), budgets, from, until, cancellationToken), cancellationToken)).ToArray();
        await Task.WhenAll(asking);

        var (reserved, reconciled, pairs) = (new Latencies(), new Latencies(), 0);
        foreach (var caller in asking)
        {
            var (own, reports, ended) = await caller;
            pairs += ended;
            reserved.Add(own);
            reconciled.Add(reports);
        }

        return pairs > 0 && reconciled.Count > 0
            ? new CellLoad(reserved, reconciled, pairs, duration)
            : throw new BenchException($"not one pair began and ended within {duration.TotalSeconds:0.#} s of {callers} callers: the disk, or the machine, is too slow for this");
    }

    private static async Task<(Latencies Reserved, Latencies Reconciled, int Ended)> CallAsync(
        IReserver reserver, Random choices, int budgets, long from, long until, CancellationToken cancellationToken)
    {
        var (reserved, reconciled, ended) = (new Latencies(), new Latencies(), 0);
        while (Stopwatch.GetTimestamp() is var began && began < until)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await reserver.ReserveAsync(choices.Next(budgets), cancellationToken);
            if (began >= from)
                reserved.AddSince(began);
            var reported = Stopwatch.GetTimestamp();
            await reserver.ReconcileAsync(cancellationToken);
            if (began >= from)
                reconciled.AddSince(reported);
            if (Stopwatch.GetTimestamp() is var now && now >= from && now < until)
                ended++;
        }

        return (reserved, reconciled, ended);
    }
}
