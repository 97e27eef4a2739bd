using System.CommandLine;
using System.Globalization;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Memory;

/// <summary>The command line of the memory bench.</summary>
internal static class MemoryCommand
{
    private const double IdleScopeBytesMax = 400;
    private const double ReservationBytesMax = 600;

    /// <summary>The command, with its options.</summary>
    public static Command Create() => ReportCommand.Create(
        "memory",
        """
        What budgets take in memory: scopes on demand, one for each customer, made by trees' own commands and idle again;
        and open reservations, on few defined scopes and each on its own scope. Every command is read from text of its own.
        Bytes of the heap after a full collection by the number of scopes or reservations, the trees themselves included.
        100,000 of each in two layouts, about a minute; --full a million of each, some minutes.
        """,
        (parse, folder, cancellationToken) => Task.Run(() => Run(ReportCommand.IsFull(parse), folder, cancellationToken), cancellationToken), Print);

    private static MemoryReport Run(bool full, string folder, CancellationToken cancellationToken)
    {
        List<MemoryFigures> layouts = [];
        foreach (var plan in full ? MemoryPlan.Full : MemoryPlan.Short)
            layouts.Add(MemoryBench.Run(plan, Console.Error, cancellationToken));
        return new MemoryReport(
            Machine.Describe(folder), layouts, Aim.AtMost(IdleScopeBytesMax, layouts.Max(layout => layout.IdleScope)),
            Aim.AtMost(ReservationBytesMax, layouts.Max(layout => Math.Max(layout.OpenReservation, layout.ReservationOfOwnScope))));
    }

    private static void Print(MemoryReport report, TextWriter output)
    {
        report.Machine.Print(output, "trees in this process, without actors and ledger");
        output.WriteLine("Bytes each");
        output.WriteLine();
        Row(output, "trees", [.. report.Layouts.Select(layout => Text(layout.Trees))]);
        Row(output, "of each in a tree", [.. report.Layouts.Select(layout => Text(layout.Each))]);
        Row(output, "idle scope", [.. report.Layouts.Select(layout => Text(layout.IdleScope))]);
        Row(output, "  from a snapshot", [.. report.Layouts.Select(layout => Text(layout.RestoredIdleScope))]);
        Row(output, "open reservation", [.. report.Layouts.Select(layout => Text(layout.OpenReservation))]);
        Row(output, "  from a snapshot", [.. report.Layouts.Select(layout => Text(layout.RestoredOpenReservation))]);
        Row(output, "  on a scope of its own", [.. report.Layouts.Select(layout => Text(layout.ReservationOfOwnScope))]);
        Row(output, "  and with that scope", [.. report.Layouts.Select(layout => Text(layout.ScopeAndReservation))]);
        output.WriteLine();
        output.WriteLine($"  idle scope {report.IdleScopeAim}");
        output.WriteLine($"  open reservation {report.ReservationAim}");
    }

    private static void Row(TextWriter output, string name, IReadOnlyList<string> figures) =>
        output.WriteLine($"  {name,-26}{string.Concat(figures.Select(figure => figure.PadLeft(12)))}");

    private static string Text(double figure) => figure.ToString("#,0", CultureInfo.InvariantCulture);
}
