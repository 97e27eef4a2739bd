using System.Diagnostics;
using System.Globalization;
using GenOps.ControlPlane.Bench.Node;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>Runs <see cref="RecoveredNode"/> in a process of its own and kills it.</summary>
internal static class RecoveredProcess
{
    private const int LinesKeptMax = 50;

    /// <summary>How many milliseconds its first call took, and how many of processor time; and how many bytes its snapshot has if it went on.</summary>
    /// <exception cref="BenchException">It ended before it said.</exception>
    public static async Task<(double AnswerMs, double ProcessorMs, int SnapshotBytes)> RunAsync(string folder, string budget, bool goOn, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[typeof(RecoveredProcess).Assembly.Location, RecoveryCommand.NodeName, folder, budget, goOn ? "true" : "false"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new BenchException("the node's process did not start");
        try
        {
            var lines = new Queue<string>();
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.StartsWith(RecoveredNode.Mark, StringComparison.Ordinal))
                {
                    var figures = line[RecoveredNode.Mark.Length..].Split(' ');
                    return (
                        double.Parse(figures[0], CultureInfo.InvariantCulture), double.Parse(figures[1], CultureInfo.InvariantCulture),
                        int.Parse(figures[2], CultureInfo.InvariantCulture));
                }

                lines.Enqueue(line);
                if (lines.Count > LinesKeptMax)
                    lines.Dequeue();
            }

            throw new BenchException($"the node ended before it answered:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
