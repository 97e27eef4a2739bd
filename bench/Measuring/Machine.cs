using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Bench.Measuring;

/// <summary>What the figures were measured on.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">How many of its logical processors this process may use.</param>
/// <param name="System">The operating system.</param>
/// <param name="FileSystem">The file system that the ledger was written to.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Orleans">Orleans' version.</param>
/// <param name="Sqlite">SQLite's version.</param>
internal sealed record Machine(string Cpu, int Cores, string System, string FileSystem, string Runtime, string Orleans, string Sqlite)
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
    /// <param name="folder">Where the ledger is written.</param>
    public static Machine Describe(string folder)
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return new Machine(
            CpuName(), Environment.ProcessorCount, RuntimeInformation.OSDescription, FileSystemOf(folder),
            RuntimeInformation.FrameworkDescription, OrleansVersion(), connection.ServerVersion);
    }

    /// <summary>Prints it as the head of a report.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="how">What else the reader must know of where the parts ran.</param>
    public void Print(TextWriter output, string how)
    {
        output.WriteLine($"{Cpu}, {Cores} cores, {System}, {FileSystem}");
        output.WriteLine($"{Runtime}, Orleans {Orleans}, SQLite {Sqlite}; {how}");
        output.WriteLine();
    }

    // The assembly's own version stays with the major one.
    private static string OrleansVersion() => typeof(IGrain).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', ' ')[0].TrimEnd('.') ?? "unknown";

    private static string CpuName()
    {
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }

    /// <summary>The kind of file system that <paramref name="folder"/> is on, as in <c>ext4</c>.</summary>
    public static string FileSystemOf(string folder) => DriveInfo.GetDrives()
        .Where(drive => $"{folder}/".StartsWith($"{drive.Name.TrimEnd('/')}/", StringComparison.Ordinal))
        .MaxBy(drive => drive.Name.Length)?.DriveFormat ?? "unknown";
}
