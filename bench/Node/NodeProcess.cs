using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Bench.Node;

/// <summary>A node in a process of its own, with an empty ledger in a folder that goes with it.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int LinesKeptMax = 50;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Queue<string> _lines = new();

    private NodeProcess(Process process, Uri url, int gatewayPort, string data)
    {
        _process = process;
        Url = url;
        GatewayPort = gatewayPort;
        Data = data;
    }

    /// <summary>Where its HTTP API listens.</summary>
    public Uri Url { get; }

    /// <summary>Where its gateway listens.</summary>
    public int GatewayPort { get; }

    /// <summary>Its data directory.</summary>
    public string Data { get; }

    /// <summary>The file of its ledger.</summary>
    public string Ledger => Path.Combine(Data, "ledger.db");

    /// <summary>The file with its bootstrap admin's key.</summary>
    public string AdminKeyFile => Path.Combine(Data, "admin.key");

    /// <summary>Starts a node in <paramref name="folder"/> and waits until it can decide.</summary>
    /// <exception cref="BenchException">It does not start.</exception>
    public static async Task<NodeProcess> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var data = Path.Combine(folder, "data");
        var ports = FreePorts(3);
        var url = new Uri($"http://127.0.0.1:{ports[0]}");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "GenOps.ControlPlane.Silo.dll"),
            "--urls", url.ToString(),
            "--data", data,
            "--silo-port", ports[1].ToString(CultureInfo.InvariantCulture),
            "--gateway-port", ports[2].ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        var process = Process.Start(start) ?? throw new BenchException("the node's process did not start");
        var node = new NodeProcess(process, url, ports[2], data);
        process.OutputDataReceived += node.Keep;
        process.ErrorDataReceived += node.Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await node.WaitUntilReadyAsync(cancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it: it is built to bear that, and its data is thrown away.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        using var limit = new CancellationTokenSource(StopTimeout);
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Url };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_process.HasExited)
                throw new BenchException($"the node ended with exit code {_process.ExitCode}:{Environment.NewLine}{LastLines()}");

            try
            {
                using var answer = await http.GetAsync("/health/ready", cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < StartTimeout)
            {
                // It does not listen yet.
            }

            if (Stopwatch.GetElapsedTime(started) >= StartTimeout)
                throw new BenchException($"the node was not ready within {StartTimeout.TotalSeconds:0} s:{Environment.NewLine}{LastLines()}");

            await Task.Delay(ProbePeriod, TimeProvider.System, cancellationToken);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;

        lock (_lines)
        {
            _lines.Enqueue(line.Data);
            if (_lines.Count > LinesKeptMax)
                _lines.Dequeue();
        }
    }

    private string LastLines()
    {
        lock (_lines)
            return string.Join(Environment.NewLine, _lines);
    }

    // All are held until all are found, so that they differ.
    private static int[] FreePorts(int count)
    {
        List<TcpListener> listeners = [];
        try
        {
            for (var index = 0; index < count; index++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listeners.Add(listener);
                listener.Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
