using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GenOps.ControlPlane.Faults;

/// <summary>The signals that the harness sends, and what it asks the system about processes (Linux).</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Interrupt = 2;
    public const int Quit = 3;

    public static int Stop => OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue => OperatingSystem.IsMacOS() ? 19 : 18;

    /// <summary>Sends one.</summary>
    /// <exception cref="Win32Exception">There is no such process, or it belongs to another.</exception>
    public static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Sends one to a process that may have ended.</summary>
    public static void TrySend(int process, int signal) => _ = SendSignal(process, signal);

    /// <summary>Whether a process of this number runs; one that ended and was not asked for its exit code does not.</summary>
    public static bool Runs(int process) => Parent(process) is not null;

    /// <summary>The processes that <paramref name="parent"/> started and that run.</summary>
    public static IReadOnlyList<int> Children(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : 0)
            .Where(process => process > 0 && Parent(process) == parent),
    ];

    private static int? Parent(int process)
    {
        try
        {
            // "12 (name with anything) S 1 …": state and parent follow the last bracket.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);
}
