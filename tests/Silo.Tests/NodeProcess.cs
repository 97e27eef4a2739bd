using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Silo.Tests.Http;

namespace GenOps.ControlPlane.Silo.Tests;

/// <summary>
/// The real node as a process of its own: killed, frozen and started again on the same folder and the same ports. What
/// it writes is kept, and shown by whatever fails.
/// </summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private const int LinesMax = 200;

    private static readonly TimeSpan ReadyMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ExitMax = TimeSpan.FromSeconds(40);

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private readonly bool _ownsData;
    private Process? _process;

    /// <summary>A node that is not started yet.</summary>
    /// <param name="data">Its data directory; a new one that ends with this object if absent.</param>
    public NodeProcess(string? data = null)
    {
        _ownsData = data is null;
        Data = data ?? Directory.CreateTempSubdirectory("genops-node-").FullName;
        var ports = FreePorts(3);
        Url = new Uri($"http://127.0.0.1:{ports[0]}");
        SiloPort = ports[1];
        GatewayPort = ports[2];
        Http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>Where HTTP listens.</summary>
    public Uri Url { get; }

    /// <summary>The port between silos.</summary>
    public int SiloPort { get; }

    /// <summary>The client library's port.</summary>
    public int GatewayPort { get; }

    /// <summary>Sends to it without a credential, and waits at most 20 s.</summary>
    public HttpClient Http { get; }

    /// <summary>The ledger's file.</summary>
    public string LedgerPath => Path.Combine(Data, "ledger.db");

    /// <summary>The admin key of all tenants.</summary>
    public string AdminKey => File.ReadAllText(Path.Combine(Data, NodeHost.AdminKeyFileName)).Trim();

    /// <summary>Whether a write beyond the file size limit is an error for it, as on a full disk, instead of its end.</summary>
    public bool SurvivesFileSizeLimit { get; init; }

    /// <summary>The process's id.</summary>
    public int Id => Running.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => Running.HasExited;

    /// <summary>What it wrote last.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return string.Join(Environment.NewLine, _lines);
        }
    }

    private Process Running => _process ?? throw new InvalidOperationException("the node was not started");

    /// <summary>Starts the process and does not wait for it.</summary>
    public void Start()
    {
        string[] command =
        [
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")),
            typeof(NodeHost).Assembly.Location,
            "--data", Data,
            "--urls", Url.GetLeftPart(UriPartial.Authority),
            "--silo-port", $"{SiloPort}",
            "--gateway-port", $"{GatewayPort}",
        ];

        // What is ignored stays ignored in the program that a shell turns into.
        if (SurvivesFileSizeLimit)
            command = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"", .. command];

        _process?.Dispose();
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until it can decide.</summary>
    public async Task<NodeProcess> StartReadyAsync(CancellationToken cancellationToken)
    {
        Start();
        await WaitReadyAsync(cancellationToken);
        return this;
    }

    /// <summary>Waits until it can decide, at most 30 s.</summary>
    public async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        await Until.TrueAsync(
            async () =>
            {
                Assert.False(Running.HasExited, $"the node ended instead of becoming ready:{Environment.NewLine}{Output}");
                try
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    limit.CancelAfter(TimeSpan.FromSeconds(2));
                    using var answer = await Http.GetAsync("/health/ready", limit.Token);
                    return answer.IsSuccessStatusCode;
                }
                catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    return false; // nobody listens yet, or too slowly: that is what is waited for
                }
            },
            ReadyMax,
            () => $"the node is not ready; it wrote:{Environment.NewLine}{Output}",
            cancellationToken);
    }

    /// <summary>kill -9, at once.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await WaitEndAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it did.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync()
    {
        Signal(Sigterm);
        return WaitEndAsync();
    }

    /// <summary>Freezes it (SIGSTOP).</summary>
    public void Freeze() => Signal(Sigstop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Thaw() => Signal(Sigcont);

    /// <summary>Waits until it ended, at most 40 s.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitEndAsync()
    {
        using var limit = new CancellationTokenSource(ExitMax);
        try
        {
            await Running.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the node did not end within {ExitMax}; it wrote:{Environment.NewLine}{Output}");
        }

        return Running.ExitCode;
    }

    /// <summary>The largest file that it may write from now on, in bytes; null for no limit. Linux only.</summary>
    public void LimitFileSize(long? bytesMax)
    {
        var limit = new FileSizeLimit(bytesMax is { } bytes ? (ulong)bytes : ulong.MaxValue, ulong.MaxValue);
        if (ChangeLimit(Id, FileSizeResource, in limit, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Lets an audit read what the ledger's file holds more than it has read.</summary>
    public Task ReadOnAsync(LedgerAudit audit, CancellationToken cancellationToken) =>
        audit.ReadOnAsync(new SqliteLedgerRows(LedgerPath).AfterAsync(audit.Position, cancellationToken), cancellationToken);

    /// <summary>Sends a request, with the admin's key unless another is given.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key ?? AdminKey}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await Http.SendAsync(request, cancellationToken));
    }

    /// <summary>Sends a request that has to succeed, with the admin's key.</summary>
    public async Task<Answer> DoAsync(string method, string path, string? body, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(method, path, body, null, cancellationToken);
        Assert.True(answer.Status == 200, $"{method} {path}: {answer.Status} {answer.Text}{Environment.NewLine}{Output}");
        return answer;
    }

    /// <summary>Registers an agent that may do everything on Maria's authority, by a delegation of the agent's name.</summary>
    public async Task RegisterAsync(string tenant, string agent, string definition, CancellationToken cancellationToken)
    {
        await DoAsync("PUT", $"/v1/tenants/{tenant}/agents/{agent}", definition, cancellationToken);
        await DoAsync("PUT", $"/v1/tenants/{tenant}/delegations/{agent}", Bodies.Delegation(agent), cancellationToken);
    }

    /// <summary>A new key for services of a tenant.</summary>
    public async Task<string> ServiceKeyAsync(string tenant, CancellationToken cancellationToken) =>
        (await DoAsync("POST", $"/v1/tenants/{tenant}/keys", """{ "role": "service", "principal": "user:tester" }""", cancellationToken))["key"]!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        _process = null;
        Http.Dispose();
        if (_ownsData && Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);
    }

    /// <summary>
    /// Ports below those that the system gives to outgoing connections: while the node is down, one of its own clients
    /// could otherwise be given its port.
    /// </summary>
    private static int[] FreePorts(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            while (listeners.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(20_000, 30_000));
                try
                {
                    listener.Start();
                    listeners.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose(); // taken: another one
                }
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;

        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax)
                _lines.Dequeue();
        }
    }

    private void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private const int Sigterm = 15;
    private const int FileSizeResource = 1;

    private static int Sigstop => OperatingSystem.IsMacOS() ? 17 : 19;

    private static int Sigcont => OperatingSystem.IsMacOS() ? 19 : 18;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int process, int signal);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int ChangeLimit(int process, int resource, in FileSizeLimit now, nint before);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FileSizeLimit(ulong Soft, ulong Hard);
}
