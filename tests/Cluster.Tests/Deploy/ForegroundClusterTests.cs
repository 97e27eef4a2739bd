using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GenOps.ControlPlane.Silo.Tests.Deploy;

namespace GenOps.ControlPlane.Cluster.Tests.Deploy;

/// <summary>A cluster in the foreground leaves nothing behind.</summary>
public sealed partial class ForegroundClusterTests
{
    private const int AttemptsMax = 5;
    private const int Interrupted = 130;

    [Fact]
    public async Task Interrupt_InTheForegroundWithoutKeep_EndsEveryProcessAndRemovesTheFolder()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        for (var attempt = 1; ; attempt++)
        {
            var basePort = Random.Shared.Next(19_500, 29_000);
            var start = new ProcessStartInfo(
                "/bin/bash", [Repository.PathOf("deploy", "local-cluster.sh"), "--silos", "01", "--port", basePort.ToString("D5", CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var script = Process.Start(start)!;
            var errors = script.StandardError.ReadToEndAsync(cancellationToken);
            var said = "";
            while (await script.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                said += $"{line}\n";
                if (line == "Ctrl+C ends it.")
                    break;
            }

            if (!said.EndsWith("Ctrl+C ends it.\n", StringComparison.Ordinal))
            {
                // A port may be taken between the choice and the start: then others.
                await script.WaitForExitAsync(cancellationToken);
                Assert.True(attempt < AttemptsMax && (await errors).Contains("in use", StringComparison.Ordinal), said + await errors);
                continue;
            }

            await EndAsync(script, said, errors, cancellationToken);
            return;
        }
    }

    private static async Task EndAsync(Process script, string said, Task<string> errors, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Logs().Match(said).Groups[1].Value)!;
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(folder, "postgres", "postmaster.pid"), cancellationToken))[0];
        var processes = Silo().Matches(said).Select(match => match.Groups[1].Value).Append(postmaster).ToArray();
        var ran = processes.Where(IsRunning).ToArray();

        using (var interrupt = Process.Start("kill", ["-INT", $"{script.Id}"]))
            await interrupt.WaitForExitAsync(cancellationToken);
        said += await script.StandardOutput.ReadToEndAsync(cancellationToken);
        await script.WaitForExitAsync(cancellationToken);

        Assert.Equal(2, processes.Length);
        Assert.Equal(processes, ran);
        Assert.True(script.ExitCode == Interrupted, $"exit code {script.ExitCode}:\n{said}{await errors}");
        Assert.All(processes, process => Assert.False(IsRunning(process), $"process {process} still runs:\n{said}"));
        Assert.False(Directory.Exists(folder), $"{folder} is still there");
    }

    // Who has ended stays in the list until its parent asks for it; as Z, that is.
    private static bool IsRunning(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // gone, perhaps while it was being read
        }
    }

    [GeneratedRegex(@"^  logs +(\S+)$", RegexOptions.Multiline)]
    private static partial Regex Logs();

    [GeneratedRegex(@"^  silo\d+ .* process (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Silo();
}
