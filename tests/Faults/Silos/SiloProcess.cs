using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// A silo as a process of its own: stopped, killed, frozen and started again on the same ports and the same data. Its
/// process ends with this object, or with this process.
/// </summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private const int LinesMax = 400;

    private readonly SiloOptions _options;
    private readonly PortLease[] _ports = [PortLease.Take(), PortLease.Take(), PortLease.Take()];
    private readonly TemporaryFolder _folder = new("genops-silo-");
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private Process? _process;

    /// <summary>A silo that is not started yet.</summary>
    /// <exception cref="MissingToolException">It shall have a fake clock, and libfaketime is not installed.</exception>
    public SiloProcess(SiloOptions options)
    {
        _options = options;
        Data = options.Data ?? Path.Combine(_folder.Path, "data");
        Url = new Uri($"http://127.0.0.1:{_ports[0].Port}");
        Http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { BaseAddress = Url, Timeout = Timeout.InfiniteTimeSpan };
        Clock = options.HasFakeClock ? new FakeClock(_folder.Path) : null;
    }

    /// <summary>What it is called.</summary>
    public string Name => _options.Name;

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>Where HTTP listens.</summary>
    public Uri Url { get; }

    /// <summary>The port between silos.</summary>
    public int SiloPort => _ports[1].Port;

    /// <summary>The client library's port.</summary>
    public int GatewayPort => _ports[2].Port;

    /// <summary>Sends to it without a credential and without a time limit: every call brings its own.</summary>
    public HttpClient Http { get; }

    /// <summary>Its clock, if it is a fake one.</summary>
    public FakeClock? Clock { get; }

    /// <summary>The admin's key of all tenants.</summary>
    public string AdminKey => File.ReadAllText(_options.AdminKeyFile ?? Path.Combine(Data, "admin.key")).Trim();

    /// <summary>The process's number.</summary>
    public int Id => Running.Id;

    /// <summary>Whether its process runs, frozen or not.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Whether it was frozen and not let go on.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>The exit code of the process that ended last.</summary>
    public int ExitCode => Running.ExitCode;

    /// <summary>What it wrote last.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return string.Join(Environment.NewLine, _lines);
        }
    }

    private Process Running => _process ?? throw new InvalidOperationException($"{Name} was not started");

    /// <summary>Starts the process and does not wait until it is ready.</summary>
    public void Start()
    {
        string[] command =
        [
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")), _options.Program,
            "--urls", Url.GetLeftPart(UriPartial.Authority), "--data", Data, "--silo-port", $"{SiloPort}", "--gateway-port", $"{GatewayPort}",
            .. _options.Arguments,
        ];

        // What is ignored stays ignored in the program that a shell turns into.
        if (_options.SurvivesFileSizeLimit)
            command = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in _options.Environment.Concat(Clock?.Environment ?? new Dictionary<string, string>()))
            start.Environment[name] = value;

        _process?.Dispose();
        IsFrozen = false;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        Reaper.Started(_process.Id);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until it can decide.</summary>
    public async Task StartReadyAsync(CancellationToken cancellationToken)
    {
        Start();
        await WaitReadyAsync(cancellationToken);
    }

    /// <summary>Waits until it can decide.</summary>
    /// <exception cref="HarnessException">It ends, or is not ready within <see cref="SiloOptions.ReadyMax"/>; what it wrote is shown.</exception>
    public Task WaitReadyAsync(CancellationToken cancellationToken) => Poll.UntilAsync(
        async () => IsRunning
            ? await IsReadyAsync(cancellationToken)
            : throw new HarnessException($"{Name} ended with {ExitCode} instead of becoming ready:{Environment.NewLine}{Output}"),
        _options.ReadyMax, () => $"{Name} is not ready; it wrote:{Environment.NewLine}{Output}", cancellationToken);

    /// <summary>Whether it says now that it can decide.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var answer = await Http.GetAsync("/health/ready", limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false; // nobody listens, or too slowly
        }
    }

    /// <summary>kill -9, at once.</summary>
    public async Task KillAsync()
    {
        if (!IsRunning)
            return;
        Signals.TrySend(Id, Signals.Kill);
        await WaitEndAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it did.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (IsRunning)
            Signals.TrySend(Id, Signals.Terminate);
        return await WaitEndAsync();
    }

    /// <summary>Freezes it (SIGSTOP).</summary>
    public void Freeze()
    {
        Signals.Send(Id, Signals.Stop);
        IsFrozen = true;
    }

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Continue()
    {
        Signals.Send(Id, Signals.Continue);
        IsFrozen = false;
    }

    /// <summary>Waits until it ended.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="HarnessException">It does not end within <see cref="SiloOptions.ExitMax"/>.</exception>
    public async Task<int> WaitEndAsync()
    {
        using var limit = new CancellationTokenSource(_options.ExitMax);
        try
        {
            await Running.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new HarnessException($"{Name} did not end within {_options.ExitMax.TotalSeconds:0} s; it wrote:{Environment.NewLine}{Output}");
        }

        Reaper.Ended(Id);
        return ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Http.Dispose();
        foreach (var port in _ports)
            port.Dispose();
        _folder.Dispose();
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
}
