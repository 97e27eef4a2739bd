using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>A flood as a process of its own, at the lowest priority: a load from outside takes no processor from the silos.</summary>
public sealed class FloodProcess : IDisposable
{
    // It starts, and writes down what it was told, with what processor time the silos leave.
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder;
    private readonly Process _process;
    private readonly FloodOptions _options;
    private readonly Task<string> _output;

    private FloodProcess(TemporaryFolder folder, Process process, FloodOptions options)
    {
        (_folder, _process, _options) = (folder, process, options);
        _output = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="run">The scenario whose silos are flooded.</param>
    /// <param name="tenant">The tenant, of an organisation that is prepared.</param>
    /// <param name="key">A service's key.</param>
    /// <param name="steps">How many callers at once, one step after the other.</param>
    /// <param name="step">How long each step takes.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<FloodProcess> StartAsync(
        ScenarioRun run, string tenant, string key, IReadOnlyList<int> steps, TimeSpan step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var folder = new TemporaryFolder("genops-flood-");
        var options = new FloodOptions([.. run.Cluster.Silos.Select(silo => silo.Url)], tenant, key, steps, step, run.History.Started, Path.Combine(folder.Path, "result.json"));
        var file = Path.Combine(folder.Path, "options.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(options), cancellationToken);
        string[] command =
        [
            "-n", "19", Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")),
            typeof(FloodProcess).Assembly.Location, file,
        ];
        var process = Process.Start(new ProcessStartInfo("nice", command) { UseShellExecute = false, RedirectStandardError = true })
            ?? throw new HarnessException("nice did not start");
        Reaper.Started(process.Id);
        return new FloodProcess(folder, process, options);
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="HarnessException">It failed, or did not end in time.</exception>
    public async Task<FloodResult> EndAsync(CancellationToken cancellationToken)
    {
        await Deadline.KeepAsync(_process.WaitForExitAsync, (_options.Step + Flood.AttemptMax) * _options.Steps.Count + StartMax, () => "the flood to end", cancellationToken);
        Reaper.Ended(_process.Id);
        var errors = await _output;
        return _process.ExitCode == 0
            ? JsonSerializer.Deserialize<FloodResult>(await File.ReadAllTextAsync(_options.ResultFile, cancellationToken))!
            : throw new HarnessException($"the flood ended with {_process.ExitCode}: {errors}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            Signals.TrySend(_process.Id, Signals.Kill);
        _process.Dispose();
        _folder.Dispose();
    }
}
