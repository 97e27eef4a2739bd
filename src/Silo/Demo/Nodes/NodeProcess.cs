using System.Diagnostics;
using System.Reflection;
using GenOps.ControlPlane.Silo.Hosting;

namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>A node of its own, as a process of this same program on free ports of 127.0.0.1.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyPollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly RecentLines _output;
    private readonly TimeProvider _time;
    private bool _isLeft;

    private NodeProcess(Process process, RecentLines output, Uri url, int gatewayPort, string dataDirectory, TimeProvider time)
    {
        _process = process;
        _output = output;
        _time = time;
        Url = url;
        GatewayPort = gatewayPort;
        DataDirectory = dataDirectory;
    }

    /// <summary>Where its HTTP API is.</summary>
    public Uri Url { get; }

    /// <summary>The same as text, to be copied before a path.</summary>
    public string Address => Url.GetLeftPart(UriPartial.Authority);

    /// <summary>Where its gateway for the client library is.</summary>
    public int GatewayPort { get; }

    /// <summary>Where its data is.</summary>
    public string DataDirectory { get; }

    /// <summary>The file of its admin key.</summary>
    public string AdminKeyPath => Path.Combine(DataDirectory, NodeHost.AdminKeyFileName);

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>How long it may take to end by itself before it is killed.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>What it wrote last.</summary>
    public string RecentOutput => _output.ToString();

    /// <summary>Starts a node.</summary>
    /// <param name="dataDirectory">Its data directory.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="DemoException">The process can't be started.</exception>
    public static NodeProcess Start(string dataDirectory, TimeProvider time)
    {
        var ports = FreePorts.Find(3);
        var url = new Uri($"http://127.0.0.1:{ports[0]}");
        var start = new ProcessStartInfo
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in Command([
            "--urls", url.GetLeftPart(UriPartial.Authority), "--data", dataDirectory, "--silo-port", $"{ports[1]}", "--gateway-port", $"{ports[2]}"]))
        {
            if (start.FileName.Length == 0)
                start.FileName = argument;
            else
                start.ArgumentList.Add(argument);
        }

        var output = new RecentLines();
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            process.Dispose();
            throw new DemoException($"the node can't be started with '{start.FileName}': {error.Message}", error);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new NodeProcess(process, output, url, ports[2], dataDirectory, time);
    }

    /// <summary>Waits until it answers that it can decide.</summary>
    /// <exception cref="DemoException">It ended, or was not ready in time; the message has its output.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Url };
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < timeout)
        {
            if (_process.HasExited)
                throw Ended();

            try
            {
                using var answer = await http.GetAsync("/health/ready", cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet: that is what is waited for, and the timeout is its bound.
                await Task.Delay(ReadyPollInterval, _time, cancellationToken);
                continue;
            }

            await Task.Delay(ReadyPollInterval, _time, cancellationToken);
        }

        throw new DemoException($"the node was not ready within {timeout.TotalSeconds:N0} s; it wrote last:{Environment.NewLine}{RecentOutput}");
    }

    /// <summary>Ends when the node does.</summary>
    public Task WaitForEndAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>That the node ended, with what it wrote last.</summary>
    public DemoException Ended() =>
        new($"the node ended with code {_process.ExitCode}; it wrote last:{Environment.NewLine}{RecentOutput}");

    /// <summary>Lets it run when this is disposed.</summary>
    public void Leave() => _isLeft = true;

    /// <summary>Asks it to end, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isLeft && !_process.HasExited)
        {
            NodeSignal.Terminate(_process);
            using var limit = new CancellationTokenSource(StopTimeout, _time);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }

    /// <summary>This program with other arguments: its own executable, or the runtime with its assembly.</summary>
    private static IEnumerable<string> Command(string[] arguments)
    {
        var executable = Environment.ProcessPath ?? throw new DemoException("the path of this program is not known");
        return Path.GetFileNameWithoutExtension(executable).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [executable, Assembly.GetExecutingAssembly().Location, .. arguments]
            : [executable, .. arguments];
    }
}
