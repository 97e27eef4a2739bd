using System.ComponentModel;
using System.Diagnostics;

namespace GenOps.ControlPlane.Faults;

/// <summary>A program that is run to its end.</summary>
public static class Command
{
    /// <summary>Runs <paramref name="file"/> and returns what it wrote to both of its outputs.</summary>
    /// <exception cref="HarnessException">It can't be started, or its exit code is not 0.</exception>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new HarnessException($"{file} can't be started: {error.Message}", error);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var text = await output + await errors;
        return process.ExitCode == 0
            ? text
            : throw new HarnessException($"{file} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {text}");
    }

    /// <summary>The full path of a program in PATH; null if it is in none of its folders.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
