using System.Globalization;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>The report as plain text.</summary>
internal static class ContestTables
{
    private const string Yes = "yes";
    private const string No = "no";

    // What each does for its figures; the floor does none of it.
    private static readonly string[][] Checks =
    [
        ["", "GenOps", "PostgreSQL procedure", "Redis script"],
        ["durable before the answer", "PostgreSQL, fsync", "PostgreSQL, fsync", "appendfsync always"],
        ["never above the limit", "of three levels", "of one", "of one"],
        ["the agent's authority", "three delegations", No, No],
        ["allowed after a revocation", "never", "not its matter", "not its matter"],
        ["what it costs", "from a price book", "the caller says", "the caller says"],
        ["a repeat gets the first answer", Yes, Yes, Yes],
        ["a repeat that asks for something else", "refused", "refused when reconciling", "refused when reconciling"],
        ["who asks", "key of a tenant", "password, on connecting", "login, off here"],
        ["a hold nobody settles", "expires", "stays", "stays"],
        ["what it leaves", "chained entries", "a row", "a hash"],
    ];

    /// <summary>Prints it.</summary>
    public static void Print(ContestReport report, TextWriter output)
    {
        string[] servers = [report.Postgres is { } postgres ? $"PostgreSQL {postgres}" : "", report.Redis is { } redis ? $"Redis {redis}" : ""];
        report.Machine.Print(output, $"{string.Join(", ", servers.Where(server => server.Length > 0))}; callers and servers share the machine");
        output.WriteLine("What each of them does for it; the floor only calls an actor and inserts a row");
        output.WriteLine();
        foreach (var row in Checks)
            output.WriteLine($"  {row[0],-40}{row[1],-24}{row[2],-28}{row[3]}".TrimEnd());
        output.WriteLine();
        output.WriteLine($"Reserve and reconcile in turn, {report.Rounds} rounds: medians (lowest to highest round), times in ms");
        output.WriteLine();
        Cell(output, "callers", "budgets", "", "pairs/s", "reserve p50", "p99", "reconcile p50", "p99");
        foreach (var cell in report.Cells)
        {
            Cell(
                output, Text(cell.Callers), Text(cell.Budgets), cell.Alternative, cell.PairsPerSecond.Text("0"),
                Median(cell.Reserve.P50), Median(cell.Reserve.P99), Median(cell.Reconcile.P50), Median(cell.Reconcile.P99));
            if (cell.Alternative == report.Cells[^1].Alternative)
                output.WriteLine();
        }

        if (report.Ratios.Count > 0)
            output.WriteLine("Ratios, round by round: medians (lowest to highest)");
        foreach (var ratio in report.Ratios)
            output.WriteLine($"  {ratio.What,-74}{ratio.Ratio.Text("0.00"),-26}{ratio.Aim}");
        output.WriteLine();
        report.Silo?.Print(output);
    }

    private static void Cell(TextWriter output, params ReadOnlySpan<string> texts) => output.WriteLine(
        $"  {texts[0],7}  {texts[1],7}  {texts[2],-24}{texts[3],-26}{texts[4],11}  {texts[5],8}  {texts[6],13}  {texts[7],8}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Median(Spread spread) => spread.Median.ToString("0.00", CultureInfo.InvariantCulture);
}
