using System.ComponentModel;
using System.Diagnostics;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>A program of the machine that reads what is deployed.</summary>
internal static class Tool
{
    /// <summary>Runs it in the repository's root.</summary>
    /// <returns>Its exit code, and what it wrote: the two outputs apart. Null if there is no such program.</returns>
    public static async Task<(int Code, string Output, string Errors)?> TryRunAsync(
        CancellationToken cancellationToken, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await errors);
        }
        catch (Win32Exception)
        {
            return null; // not installed
        }
    }
}
