using System.Globalization;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>The report as plain text.</summary>
internal static class AuthorizeTables
{
    /// <summary>Prints it.</summary>
    public static void Print(AuthorizeReport report, TextWriter output)
    {
        report.Machine.Print(output, "client and node share the machine");
        var one = report.OneCaller;
        output.WriteLine($"One caller, {one.Rounds} rounds of {one.CallsPerRound} calls: medians in ms (lowest to highest round)");
        output.WriteLine();
        Row(output, "", "p50", "p99");
        Row(output, "bare actor call", Times(one.BareCall.P50), Times(one.BareCall.P99));
        Row(output, $"bare durable append, {one.EntryBytes} B", Times(one.BareAppend.P50), Times(one.BareAppend.P99));
        Row(output, "floor: one after the other", Times(one.Floor.P50), Times(one.Floor.P99));
        Row(output, "append without any index", Times(one.BareRow.P50), Times(one.BareRow.P99));
        Row(output, "authorize, dry run", Times(one.DryRun.P50), Times(one.DryRun.P99));
        Row(output, "authorize", Times(one.Authorize.P50), Times(one.Authorize.P99));
        Row(output, "reconcile", Times(one.Reconcile.P50), Times(one.Reconcile.P99));
        Row(output, "authorize by floor", one.Ratio.Text("0.00"), string.Create(CultureInfo.InvariantCulture, $"at most {OneCallerFigures.RatioMax:0.0}: {(one.Ratio.Median <= OneCallerFigures.RatioMax ? "met" : "NOT MET")}"));
        Row(output, "  by floor without indexes", one.RatioToBareRow.Text("0.00"), "");
        if (report.Throughput.Count == 0)
            return;

        output.WriteLine();
        output.WriteLine("Authorize and reconcile in turn: medians (lowest to highest round), times in ms");
        output.WriteLine();
        Cell(output, "callers", "budgets", "pairs/s", "authorize p50", "p99", "reconcile p50", "p99");
        foreach (var cell in report.Throughput)
        {
            Cell(
                output, Text(cell.Callers), Text(cell.Budgets), cell.PairsPerSecond.Text("0"),
                Median(cell.Authorize.P50), Median(cell.Authorize.P99), Median(cell.Reconcile.P50), Median(cell.Reconcile.P99));
        }
    }

    private static void Row(TextWriter output, string name, string first, string second) =>
        output.WriteLine($"  {name,-30}{first,-26}{second}".TrimEnd());

    private static void Cell(TextWriter output, params ReadOnlySpan<string> texts) => output.WriteLine(
        $"  {texts[0],7}  {texts[1],7}  {texts[2],-24}{texts[3],13}  {texts[4],8}  {texts[5],13}  {texts[6],8}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Times(Spread spread) => spread.Text("0.000");

    private static string Median(Spread spread) => spread.Median.ToString("0.00", CultureInfo.InvariantCulture);
}
