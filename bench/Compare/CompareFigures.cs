using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Compare;

/// <summary>Two sides, measured in one run and in turn.</summary>
/// <param name="Callers">How many asked at once.</param>
/// <param name="Agents">How many agents they asked for, on each side.</param>
/// <param name="Rounds">How many rounds.</param>
/// <param name="First">The first side.</param>
/// <param name="Second">The second side.</param>
/// <param name="Ratio">The first side's pairs per second by the second's, round by round.</param>
internal sealed record CompareFigures(int Callers, int Agents, int Rounds, SideFigures First, SideFigures Second, Spread Ratio)
{
    /// <summary>Prints them as a table.</summary>
    public void Print(TextWriter output, Aim aim)
    {
        output.WriteLine($"Authorize and reconcile in turn by {Callers} callers for {Agents} agents, {Rounds} rounds: medians (lowest to highest round), times in ms");
        output.WriteLine();
        Row(output, "", "pairs/s", "authorize p50", "p99", "reconcile p50", "p99");
        foreach (var side in (SideFigures[])[First, Second])
        {
            Row(
                output, side.Name, side.PairsPerSecond.Text("0"), Median(side.Authorize.P50), Median(side.Authorize.P99),
                Median(side.Reconcile.P50), Median(side.Reconcile.P99));
        }

        output.WriteLine();
        output.WriteLine($"  {First.Name} by {Second.Name}: {Ratio.Text("0.00")}, {aim}");
    }

    private static void Row(TextWriter output, params ReadOnlySpan<string> texts) => output.WriteLine(
        $"  {texts[0],-22}{texts[1],-24}{texts[2],13}  {texts[3],8}  {texts[4],13}  {texts[5],8}");

    private static string Median(Spread spread) => spread.Median.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
