using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using GenOps.ControlPlane.Client;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Silos as processes on one PostgreSQL database, with one admin key. Silos can be added, taken out, killed, frozen, and
/// cut off from the database one by one. Everything goes with this object, or with this process.
/// </summary>
public sealed class ClusterOfSilos : IAsyncDisposable
{
    private static readonly TimeSpan SetupMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly ClusterOptions _options;
    private readonly TemporaryFolder _folder = new("genops-cluster-");
    private readonly Dictionary<SiloProcess, FaultProxy> _proxies = [];
    private readonly List<IAsyncDisposable> _gone = [];
    private PostgresServer? _server;
    private PostgresDatabase? _database;
    private SiloProcess[] _silos = [];
    private int _named;
    private bool _isDisposed;

    private ClusterOfSilos(ClusterOptions options) => _options = options;

    /// <summary>Its silos, running or not, in the order in which they were added.</summary>
    public IReadOnlyList<SiloProcess> Silos => Volatile.Read(ref _silos);

    /// <summary>The PostgreSQL server.</summary>
    /// <exception cref="InvalidOperationException">It runs on SQLite.</exception>
    public PostgresServer Server => _server ?? throw new InvalidOperationException("this cluster has no PostgreSQL server");

    /// <summary>The database.</summary>
    /// <exception cref="InvalidOperationException">It runs on SQLite.</exception>
    public PostgresDatabase Database => _database ?? throw new InvalidOperationException("this cluster has no PostgreSQL database");

    /// <summary>The admin's key of all tenants.</summary>
    public string AdminKey => _options.Storage == SiloStorage.Sqlite ? Silos[0].AdminKey : File.ReadAllText(AdminKeyFile);

    /// <summary>The file with that key.</summary>
    public string AdminKeyFile => Path.Combine(_folder.Path, "admin.key");

    /// <summary>What silos and server wrote last, for messages.</summary>
    public string Output => string.Join(Environment.NewLine,
        Silos.Select(silo => $"--- {silo.Name}{(silo.IsRunning ? "" : " (ended)")}{Environment.NewLine}{silo.Output}")
            .Append(_server is null ? "" : $"--- PostgreSQL{Environment.NewLine}{_server.LogTail}"));

    /// <summary>Starts a cluster and waits until all of its silos are ready.</summary>
    /// <exception cref="MissingToolException">Something that it needs is not installed.</exception>
    /// <exception cref="HarnessException">It does not start.</exception>
    public static async Task<ClusterOfSilos> StartAsync(ClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        var cluster = new ClusterOfSilos(options ?? new ClusterOptions());
        try
        {
            await cluster.BeginAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The proxy between a silo and PostgreSQL.</summary>
    /// <exception cref="InvalidOperationException">There is none: see <see cref="ClusterOptions.HasProxies"/>.</exception>
    public FaultProxy ProxyOf(SiloProcess silo) => _proxies.TryGetValue(silo, out var proxy)
        ? proxy
        : throw new InvalidOperationException($"{silo.Name} has no proxy: set {nameof(ClusterOptions)}.{nameof(ClusterOptions.HasProxies)}");

    /// <summary>Adds a silo, and does not start it.</summary>
    /// <param name="program">Its program; the cluster's if absent.</param>
    /// <param name="environment">Further environment variables of this silo alone.</param>
    public SiloProcess Add(string? program = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (_options.Storage == SiloStorage.Sqlite && Silos.Count > 0)
            throw new InvalidOperationException("a second silo can't share the files of the first");

        var proxy = _options.HasProxies && _server is not null ? new FaultProxy(_server.Port, speaksPostgres: true) : null;
        var silo = new SiloProcess(new SiloOptions
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"silo-{++_named}"),
            Program = program ?? _options.Program,
            HasFakeClock = _options.HasFakeClocks,
            AdminKeyFile = _options.Storage == SiloStorage.Sqlite ? null : AdminKeyFile,
            Environment = Settings(proxy?.Port, environment),
        });
        if (proxy is not null)
            _proxies.Add(silo, proxy);
        Volatile.Write(ref _silos, [.. _silos, silo]);
        return silo;
    }

    /// <summary>Adds a silo, starts it, and waits until it is ready.</summary>
    public async Task<SiloProcess> JoinAsync(CancellationToken cancellationToken)
    {
        var silo = Add();
        await silo.StartReadyAsync(cancellationToken);
        return silo;
    }

    /// <summary>Takes a silo out: SIGTERM, and it is no longer of the cluster.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> LeaveAsync(SiloProcess silo)
    {
        var code = await silo.StopAsync();
        Volatile.Write(ref _silos, [.. _silos.Where(one => one != silo)]);
        _gone.Add(silo);
        return code;
    }

    /// <summary>How many actors a silo has, by its own metrics.</summary>
    public async Task<int> ActorsAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        var (status, text) = await SendAsync(silo, HttpMethod.Get, "/metrics", null, AdminKey, AttemptMax, cancellationToken);
        if (status != 200)
            throw new HarnessException($"{silo.Name} shows no metrics: {status} {text}");
        return text.Split('\n')
            .Where(line => line.StartsWith("orleans_catalog_activations{", StringComparison.Ordinal) && !line.Contains("grain_type=\"sys.", StringComparison.Ordinal))
            .Sum(line => (int)double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
    }

    /// <summary>Whether the other silos have declared the last start of <paramref name="silo"/> dead.</summary>
    public async Task<bool> IsDeclaredDeadAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(silo);
        await using var connection = new NpgsqlConnection(Database.Superuser + ";Pooling=false"); // a pooled one may be older than the server's last start
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT status = 6 FROM genops.membership WHERE port = $1 ORDER BY generation DESC LIMIT 1", connection)
        {
            Parameters = { new() { Value = silo.SiloPort } },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>A client library of its own, connected to the gateways of all silos that there are now, which returns refusals.</summary>
    public ServiceProvider ConnectClient(string tenant, string key, Action<GenOpsClientOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddGenOpsClient(options =>
        {
            options.Tenant = tenant;
            options.ApiKey = key;
            options.Gateways = [.. Silos.Select(silo => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{silo.GatewayPort}"))];
            options.ThrowOnRefusal = false;
            if (_options.Storage == SiloStorage.Postgres)
                options.ClusterId = _options.Database;
            configure?.Invoke(options);
        });
        return services.BuildServiceProvider();
    }

    /// <summary>PUT with the admin's key, through any silo, until it is answered.</summary>
    /// <exception cref="HarnessException">It is refused, or not answered within 60 s.</exception>
    public Task<string> PutAsync(string path, string body, CancellationToken cancellationToken) => DoAsync(HttpMethod.Put, path, body, cancellationToken);

    /// <summary>POST with the admin's key, through any silo, until it is answered.</summary>
    /// <inheritdoc cref="PutAsync"/>
    public Task<string> PostAsync(string path, string body, CancellationToken cancellationToken) => DoAsync(HttpMethod.Post, path, body, cancellationToken);

    /// <summary>GET with the admin's key, through any silo, until it is answered.</summary>
    /// <inheritdoc cref="PutAsync"/>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken) => DoAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>A new key for services of a tenant.</summary>
    public async Task<string> ServiceKeyAsync(string tenant, CancellationToken cancellationToken)
    {
        var answer = await PostAsync($"/v1/tenants/{tenant}/keys", """{ "role": "service", "principal": "user:load" }""", cancellationToken);
        using var document = System.Text.Json.JsonDocument.Parse(answer);
        return document.RootElement.GetProperty("key").GetString()!;
    }

    /// <summary>One request to one silo.</summary>
    internal static async Task<(int Status, string Text)> SendAsync(
        SiloProcess silo, HttpMethod method, string path, string? body, string key, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await silo.Http.SendAsync(request, timer.Token);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(timer.Token));
    }

    /// <summary>The rows of the ledger.</summary>
    public ILedgerRows Rows => _database is { } database
        ? new PostgresLedgerRows(database.Superuser)
        : new SqliteLedgerRows(Path.Combine(Silos[0].Data, "ledger.db"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (var silo in Silos.Concat(_gone))
            await silo.DisposeAsync();
        foreach (var proxy in _proxies.Values)
            await proxy.DisposeAsync();
        if (_server is not null && _server != _options.Server)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (_options.Storage == SiloStorage.Postgres)
        {
            _server = _options.Server ?? await PostgresServer.StartNewAsync(_options.Postgres, cancellationToken);
            _database = await _server.CreateDatabaseAsync(_options.Database, cancellationToken);
            await File.WriteAllTextAsync(AdminKeyFile, NewKey(), cancellationToken);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(AdminKeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        for (var number = 0; number < _options.Silos; number++)
            Add().Start();
        await Task.WhenAll(Silos.Select(silo => silo.WaitReadyAsync(cancellationToken)));
    }

    private Dictionary<string, string> Settings(int? proxyPort, IReadOnlyDictionary<string, string>? more)
    {
        var settings = new Dictionary<string, string>();
        if (_database is { } database)
        {
            settings["GenOps__Node__Storage"] = "Postgres";
            settings["GenOps__Node__AdminKeyFile"] = AdminKeyFile;
            settings["GenOps__Cluster__ClusterId"] = _options.Database;
            settings["GenOps__Postgres__ConnectionString"] = Through(proxyPort, _options.HasMigrationRole ? database.Runtime : database.Migration);
            if (_options.HasMigrationRole)
                settings["GenOps__Postgres__MigrationConnectionString"] = Through(proxyPort, database.Migration);
        }

        foreach (var (name, value) in _options.Environment.Concat(more ?? new Dictionary<string, string>()))
            settings[name] = value;
        return settings;
    }

    private static string Through(int? proxyPort, string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.Remove("Include Error Detail");
        if (proxyPort is { } port)
            builder.Port = port;
        return builder.ConnectionString;
    }

    private static string NewKey() => GenOps.ControlPlane.Access.ApiKey.New(Ids.TenantId.All).Reveal();

    private async Task<string> DoAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(RetryInterval);
        for (var attempt = 0; ; attempt++)
        {
            string fault;
            var running = Silos.Where(silo => silo.IsRunning && !silo.IsFrozen).ToArray();
            if (running.Length == 0)
                throw new HarnessException("no silo runs");
            var silo = running[attempt % running.Length];
            try
            {
                var (status, text) = await SendAsync(silo, method, path, body, AdminKey, AttemptMax, cancellationToken);
                if (status == 200)
                    return text;
                fault = $"{method} {path} at {silo.Name}: {status} {text}";
                if (status != 503)
                    throw new HarnessException($"{fault}{Environment.NewLine}{silo.Output}");
            }
            catch (Exception error) when (error is HttpRequestException || error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                fault = $"{method} {path} at {silo.Name}: {error.Message}";
            }

            if (System.Diagnostics.Stopwatch.GetElapsedTime(started) > SetupMax)
                throw new HarnessException($"not answered within {SetupMax.TotalSeconds:0} s: {fault}{Environment.NewLine}{silo.Output}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
