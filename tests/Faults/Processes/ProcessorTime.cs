using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>The processor time of processes, as the system counts it (Linux): what it was spent on shows by the process.</summary>
public static class ProcessorTime
{
    // What Linux tells programs, whatever its own clock does.
    private const double TicksPerSecond = 100;

    private const int UserField = 11;

    /// <summary>What a process has used; 0 if it has ended.</summary>
    public static TimeSpan Of(int process) => Read(process, fields: 2);

    /// <summary>What a process, its running children, and those that ended and were waited for, have used.</summary>
    public static TimeSpan OfFamily(int process) =>
        Signals.Children(process).Aggregate(Read(process, fields: 4), (sum, child) => sum + Of(child));

    // utime, stime, then cutime and cstime: those of children that ended.
    private static TimeSpan Read(int process, int fields)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var ticks = stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Skip(UserField).Take(fields)
                .Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return TimeSpan.FromSeconds(ticks / TicksPerSecond);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.Zero; // it ended meanwhile
        }
    }
}
