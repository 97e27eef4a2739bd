using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>What a silo's memory goes through.</summary>
/// <param name="BytesPerAuthorize">Bytes that the silo's process allocates for each authorization, all that it does meanwhile included.</param>
/// <param name="BytesPerReconcile">The same of a reconciliation.</param>
/// <param name="Watched">How long its collections were watched, while many callers authorized and reconciled.</param>
/// <param name="Gen2Collections">How many were of the oldest generation.</param>
/// <param name="Gen2PauseMostMs">What such a collection held the silo's threads up at most, in ms: all pauses of the interval in which it was seen; 0 if there was none.</param>
/// <param name="PauseShare">The share of that time in which any collection held its threads up.</param>
/// <param name="Aim">What the longest such pause may be.</param>
internal sealed record SiloMemory(double BytesPerAuthorize, double BytesPerReconcile, TimeSpan Watched, int Gen2Collections, double Gen2PauseMostMs, double PauseShare, Aim Aim)
{
    private const int Pairs = 200; // for each caller
    private const double PauseMostMs = 50;

    // A silo renders its metrics anew three times a second at most.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    /// <summary>Measures with <paramref name="alternative"/>, which the silo serves.</summary>
    /// <exception cref="Node.BenchException">An answer is not what it must be.</exception>
    public static async Task<SiloMemory> MeasureAsync(GovernedSilo silo, IAlternative alternative, TimeSpan watched, TextWriter progress, CancellationToken cancellationToken)
    {
        await progress.WriteLineAsync("Counting what the silo allocates");
        var reservers = new List<IReserver[]>();
        try
        {
            for (var pair = 0; pair < Pairs; pair++)
                reservers.Add(await OpenAsync(alternative, cancellationToken));
            var authorize = await AllocatedAsync(silo, reservers, (reserver, number) => reserver.ReserveAsync(number % ContestPlan.BudgetsMany, cancellationToken), cancellationToken);
            var reconcile = await AllocatedAsync(silo, reservers, (reserver, _) => reserver.ReconcileAsync(cancellationToken), cancellationToken);

            await progress.WriteLineAsync($"Watching its collections for {watched.TotalSeconds:0} s");
            var load = CellLoad.RunAsync(reservers[0], ContestPlan.CallersMany, ContestPlan.BudgetsMany, TimeSpan.Zero, watched, cancellationToken);
            var first = await SiloRuntime.ReadAsync(silo, cancellationToken);
            var (last, most, collected) = (first, 0.0, false);
            using var timer = new PeriodicTimer(Interval);
            while (!load.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
            {
                var next = await SiloRuntime.ReadAsync(silo, cancellationToken);

                // One in the background is counted when it begins, and pauses once more when it ends.
                var collects = next.Gen2Collections > last.Gen2Collections;
                if (collects || collected)
                    most = Math.Max(most, (next.Paused - last.Paused).TotalMilliseconds);
                (last, collected) = (next, collects);
            }

            await load;
            return new SiloMemory(
                Math.Round(authorize), Math.Round(reconcile), watched, (int)(last.Gen2Collections - first.Gen2Collections), Math.Round(most, 1),
                Math.Round((last.Paused - first.Paused) / watched, 4), Aim.AtMost(PauseMostMs, most));
        }
        finally
        {
            foreach (var reserver in reservers.SelectMany(own => own))
                await reserver.DisposeAsync();
        }
    }

    /// <summary>Prints it.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine("The silo's memory, by the client library");
        output.WriteLine();
        output.WriteLine($"  bytes allocated for each authorize    {BytesPerAuthorize:0}");
        output.WriteLine($"  bytes allocated for each reconcile    {BytesPerReconcile:0}");
        output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"  in {Watched.TotalSeconds:0} s of {ContestPlan.CallersMany} callers: {Gen2Collections} collections of Gen2, pauses around one at most {Gen2PauseMostMs:0.0} ms, {Aim}; all pauses {PauseShare:0.0%} of the time"));
    }

    private static async Task<IReserver[]> OpenAsync(IAlternative alternative, CancellationToken cancellationToken)
    {
        var reservers = new IReserver[ContestPlan.CallersMany];
        for (var caller = 0; caller < reservers.Length; caller++)
            reservers[caller] = await alternative.OpenAsync(caller, cancellationToken);
        return reservers;
    }

    private static async Task<double> AllocatedAsync(
        GovernedSilo silo, IReadOnlyList<IReserver[]> reservers, Func<IReserver, int, Task> callAsync, CancellationToken cancellationToken)
    {
        var before = await SiloRuntime.ReadSettledAsync(silo, cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, ContestPlan.CallersMany).Select(caller => Task.Run(
            async () =>
            {
                for (var pair = 0; pair < reservers.Count; pair++)
                    await callAsync(reservers[pair][caller], pair + caller);
            },
            cancellationToken)));
        var after = await SiloRuntime.ReadSettledAsync(silo, cancellationToken);
        return (after.AllocatedBytes - before.AllocatedBytes) / (reservers.Count * ContestPlan.CallersMany);
    }
}
