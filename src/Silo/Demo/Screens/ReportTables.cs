using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Silo.Demo.Proofs;
using GenOps.ControlPlane.Silo.Demo.Replays;
using Spectre.Console;

namespace GenOps.ControlPlane.Silo.Demo.Screens;

/// <summary>A report as tables.</summary>
/// <param name="isLive">Whether signs and frames may be more than plain text.</param>
internal sealed class ReportTables(bool isLive)
{
    /// <summary>The tables of a report.</summary>
    public IEnumerable<Table> Of(DemoReport report) => [Decisions(report), CutOff(report), Budgets(report), Speed(report)];

    /// <summary>How much was done in which time.</summary>
    public static string Throughput(DemoReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Calls:N0} calls in {report.ElapsedSeconds:N1} s: {report.PairsPerSecond:N0} pairs of authorize and reconcile a second");

    /// <summary>The line of an invariant, as markup.</summary>
    public string Of(Invariant invariant)
    {
        var sign = (invariant.Held, isLive) switch
        {
            (true, true) => "[green]✓[/]",
            (false, true) => "[red]✗[/]",
            (true, false) => "ok    ",
            (false, false) => "FAILED",
        };
        return $"{sign} {Markup.Escape($"{invariant.Name}: {invariant.Detail}")}";
    }

    /// <summary>A quantity for people: at most 4 decimals, cut off. The exact ones are in the JSON.</summary>
    public static string Short(Quantity? quantity)
    {
        if (quantity is not { } there)
            return "";

        var text = there.ToString();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 || text.Length <= point + 5 ? text : text[..(point + 5)];
    }

    private Table Decisions(DemoReport report)
    {
        var table = Titled("Decisions").AddColumn("result").AddColumn("reason").AddColumn(Right("calls")).AddColumn(Right("share"));
        var reasoned = report.Reasons.Values.Sum();
        foreach (var (result, count) in report.Results.Where(result => result.Value > 0 && (result.Key == "ALLOWED" || reasoned == 0)))
            table.AddRow(result, "", Count(count), Share(count));
        foreach (var (reason, count) in report.Reasons.OrderByDescending(reason => reason.Value))
            table.AddRow("BLOCKED", Markup.Escape(reason), Count(count), Share(count));
        return table.AddRow("all", "", Count(report.Calls), Share(report.Calls));

        string Share(int count) => ((double)count / report.Calls).ToString("P1", CultureInfo.InvariantCulture);
    }

    private Table CutOff(DemoReport report)
    {
        var revocation = report.Revocation;
        var before = revocation.CutOff!;
        var held = string.Join(" and ", before.Held.Select(amount => $"{Short(amount.Quantity)} {amount.Unit}"));
        var table = Titled(
            $"Revoked: {revocation.Delegation} and {revocation.Descendants} delegations below, {before.AgentCount} agents, "
            + $"{before.OpenReservations} calls in flight that hold {(held.Length == 0 ? "nothing" : held)}")
            .AddColumn("by whose word").AddColumn(Right("allowed before")).AddColumn(Right("x_authority_revoked since"));
        foreach (var line in report.CutOff)
            table.AddRow(Markup.Escape(line.Way), Count(line.Allowed), Count(line.Revoked));
        return table;
    }

    private Table Budgets(DemoReport report)
    {
        var table = Titled("Budgets").AddColumn("path").AddColumn("unit").AddColumn("limit").AddColumn(Right("of it"));
        foreach (var name in (string[])["spent", "reserved", "unresolved", "overrun", "remaining"])
            table.AddColumn(Right(name));
        foreach (var line in report.Budgets)
        {
            table.AddRow(
                Markup.Escape(line.Path), line.Unit.Code,
                line.Limit is { } limit ? $"{limit} a {line.Period.ToString().ToLowerInvariant()}" : "none",
                line.Limit is null ? "" : line.Share.ToString("P1", CultureInfo.InvariantCulture),
                Short(line.Spent), Short(line.Reserved), Short(line.Unresolved), Short(line.Overrun), Short(line.Remaining));
        }

        return table;
    }

    private Table Speed(DemoReport report)
    {
        var table = Titled("Speed").AddColumn("in ms");
        foreach (var name in (string[])["p50", "p95", "p99", "max"])
            table.AddColumn(Right(name));
        Add("authorize", report.AuthorizeMs);
        Add("reconcile", report.ReconcileMs);
        return table;

        void Add(string name, Latencies latencies) =>
            table.AddRow(name, Ms(latencies.P50), Ms(latencies.P95), Ms(latencies.P99), Ms(latencies.Max));
    }

    private Table Titled(string title) => new()
    {
        Title = new TableTitle(title),
        Border = isLive ? TableBorder.Rounded : TableBorder.Markdown,
    };

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ms(double milliseconds) => milliseconds.ToString("N2", CultureInfo.InvariantCulture);
}
