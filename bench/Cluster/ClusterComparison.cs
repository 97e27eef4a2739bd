using System.Globalization;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Cluster;

/// <summary>Two sides, measured in one run and in turn.</summary>
/// <param name="First">The side that the aim is about.</param>
/// <param name="Second">What it is compared with.</param>
/// <param name="Ratio">The first side's pairs per second by the second's, round by round.</param>
/// <param name="Aim">What the ratio has to be.</param>
internal sealed record ClusterComparison(ClusterSide First, ClusterSide Second, Spread Ratio, Aim Aim)
{
    /// <summary>Measures two sides in turn, the other one first in every second round.</summary>
    public static async Task<ClusterComparison> MeasureAsync(
        (string Name, Func<Task<ClusterRound>> Measure) first, (string Name, Func<Task<ClusterRound>> Measure) second, int rounds, double ratioMin, TextWriter progress)
    {
        List<ClusterRound> ofFirst = [], ofSecond = [];
        for (var round = 1; round <= rounds; round++)
        {
            await progress.WriteLineAsync($"{first.Name} and {second.Name}: round {round} of {rounds}");
            if (round % 2 == 1)
                ofFirst.Add(await first.Measure());
            ofSecond.Add(await second.Measure());
            if (round % 2 == 0)
                ofFirst.Add(await first.Measure());
        }

        var ratio = Spread.Of(ofFirst.Zip(ofSecond, (one, other) => one.PairsPerSecond / other.PairsPerSecond));
        return new ClusterComparison(ClusterSide.Of(first.Name, ofFirst), ClusterSide.Of(second.Name, ofSecond), ratio, Aim.AtLeast(ratioMin, ratio.Median));
    }

    /// <summary>Prints them as a table.</summary>
    public void Print(TextWriter output)
    {
        Row(output, "", "pairs/s", "authorize p50", "p99", "reconcile p50", "p99", "silos", "server", "callers", "commits/s", "entries/commit", "flushes/s");
        foreach (var side in (ClusterSide[])[First, Second])
        {
            Row(
                output, side.Name, side.PairsPerSecond.Text("0"), Median(side.Authorize.P50), Median(side.Authorize.P99), Median(side.Reconcile.P50),
                Median(side.Reconcile.P99), Median(side.Silos), Median(side.Server), Median(side.Generator), Median(side.CommitsPerSecond), Median(side.EntriesPerCommit),
                Median(side.FlushesPerSecond));
        }

        output.WriteLine($"  {First.Name} by {Second.Name}: {Ratio.Text("0.00")}, {Aim}");
        output.WriteLine();
    }

    private static void Row(TextWriter output, params ReadOnlySpan<string> texts)
    {
        output.Write($"  {texts[0],-24}{texts[1],-22}");
        foreach (var text in texts[2..])
            output.Write($"{text,Column}");
        output.WriteLine();
    }

    private const int Column = 15;

    private static string Median(Spread spread) => spread.Median.ToString("0.00", CultureInfo.InvariantCulture);
}
