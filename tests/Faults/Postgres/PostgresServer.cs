using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// A PostgreSQL server of a test's own, in a temporary folder, on a port of 127.0.0.1, durable (fsync on), with passwords.
/// Run by root, its processes belong to the user postgres. It can be stopped, killed and started again on the same data
/// and port; everything goes with this object, or with this process.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The server's superuser.</summary>
    public const string SuperuserName = "postgres";

    /// <summary>The role that owns databases and applies migrations.</summary>
    public const string OwnerName = "genops_owner";

    /// <summary>The login that silos run with.</summary>
    public const string RuntimeName = "genops_silo";

    /// <summary>The role without login that runtime rights are granted to.</summary>
    public const string RuntimeGroup = "genops_runtime";

    /// <summary>The password of all of its roles: it listens on 127.0.0.1 alone, and not for long.</summary>
    public const string Password = "only-for-tests";

    private const int LogTailBytes = 8_192;
    private const int DiskMiBMin = 128;

    private static readonly TimeSpan ReadyMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder;
    private readonly PortLease _port;
    private readonly SmallDisk? _disk;
    private readonly string[] _asOwner;
    private Process? _postmaster;

    private PostgresServer(TemporaryFolder folder, PortLease port, SmallDisk? disk, string[] asOwner)
    {
        _folder = folder;
        _port = port;
        _disk = disk;
        _asOwner = asOwner;
        DataFolder = Path.Combine(disk?.Path ?? folder.Path, "data");
        LogPath = Path.Combine(folder.Path, "server.log");
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => _port.Port;

    /// <summary>Its data directory.</summary>
    public string DataFolder { get; }

    /// <summary>The file that it logs to.</summary>
    public string LogPath { get; }

    /// <summary>Its small disk, to be filled.</summary>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public SmallDisk Disk => _disk ?? throw new InvalidOperationException($"set {nameof(PostgresServerOptions)}.{nameof(PostgresServerOptions.DiskMiB)}");

    /// <summary>Whether its main process runs.</summary>
    public bool IsRunning => _postmaster is { HasExited: false };

    /// <summary>The number of its main process.</summary>
    public int ProcessId => (_postmaster ?? throw new InvalidOperationException("the server was not started")).Id;

    /// <summary>What it logged last.</summary>
    public string LogTail
    {
        get
        {
            if (!File.Exists(LogPath))
                return "";
            using var file = new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Seek(-Math.Min(LogTailBytes, file.Length), SeekOrigin.End);
            return new StreamReader(file).ReadToEnd();
        }
    }

    /// <summary>Makes a new, empty server and starts it.</summary>
    /// <inheritdoc cref="InitAsync"/>
    public static async Task<PostgresServer> StartNewAsync(PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        var server = await InitAsync(options, cancellationToken);
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a new, empty server that is not started yet.</summary>
    /// <exception cref="MissingToolException">PostgreSQL's server is not installed, or its user is missing.</exception>
    public static async Task<PostgresServer> InitAsync(PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        if (options.DiskMiB is < DiskMiBMin)
            throw new ArgumentOutOfRangeException(nameof(options), options.DiskMiB, $"an empty server needs {DiskMiBMin} MiB");
        var initdb = PostgresBinaries.Program("initdb");
        var folder = new TemporaryFolder("genops-postgres-", options.Folder);
        var port = PortLease.Take();
        SmallDisk? disk = null;
        try
        {
            if (options.DiskMiB is { } mebibytes)
                disk = await SmallDisk.MountAsync(Path.Combine(folder.Path, "disk"), mebibytes, cancellationToken);
            var server = new PostgresServer(folder, port, disk, await OwnAsync(folder.Path, cancellationToken));
            var password = Path.Combine(folder.Path, "password");
            await File.WriteAllTextAsync(password, Password, cancellationToken);
            await server.RunAsync(initdb,
                ["-D", server.DataFolder, "-U", SuperuserName, "--pwfile", password, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                cancellationToken);
            await server.ConfigureAsync(options, cancellationToken);
            return server;
        }
        catch
        {
            if (disk is not null)
                await disk.DisposeAsync();
            port.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The connection string of a database and a role.</summary>
    public string ConnectionString(string database = "postgres", string user = SuperuserName) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = user,
        Password = Password,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>Starts it on the data that there is, and waits until it answers, after a crash until it has recovered.</summary>
    /// <exception cref="HarnessException">It does not start within 60 s; its log is shown.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            throw new InvalidOperationException("the server runs already");

        _postmaster?.Dispose();
        string[] command = ["-c", "exec \"$@\" >>\"$0\" 2>&1", LogPath, .. _asOwner, PostgresBinaries.Program("postgres"), "-D", DataFolder];
        _postmaster = Process.Start(new ProcessStartInfo("/bin/sh", command) { UseShellExecute = false, RedirectStandardInput = true })
            ?? throw new HarnessException("/bin/sh did not start");
        Reaper.Started(_postmaster.Id);
        _postmaster.StandardInput.Close();
        await Poll.UntilAsync(
            async () => _postmaster.HasExited
                ? throw new HarnessException($"PostgreSQL ended with {_postmaster.ExitCode} instead of starting:{Environment.NewLine}{LogTail}")
                : await AnswersAsync(cancellationToken),
            ReadyMax, () => $"PostgreSQL does not answer:{Environment.NewLine}{LogTail}", cancellationToken);
    }

    /// <summary>Stops it and waits for the end of all of its processes. One that does not run stays stopped.</summary>
    public async Task StopAsync(StopMode mode = StopMode.Fast, CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            await EndAsync(mode == StopMode.Fast ? Signals.Interrupt : Signals.Quit, cancellationToken);
    }

    /// <summary>kill -9 of its main process, and waits until the others have noticed and ended: only then can it start again.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            await EndAsync(Signals.Kill, cancellationToken);
    }

    /// <summary>Freezes the main process and all of its children (SIGSTOP): connections stay, nothing answers.</summary>
    public void Freeze() => SignalAll(Signals.Stop);

    /// <summary>Lets all of its processes go on (SIGCONT).</summary>
    public void Continue() => SignalAll(Signals.Continue);

    /// <summary>Cuts the connections to <paramref name="database"/>, those of one role only if it is given.</summary>
    /// <returns>How many.</returns>
    public async Task<int> TerminateBackendsAsync(string database, string? user = null, CancellationToken cancellationToken = default)
    {
        const string Sql =
            """
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = $1 AND pid <> pg_backend_pid() AND ($2::text IS NULL OR usename = $2)
            """;
        await using var connection = await OpenAsync(ConnectionString(), cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new() { Value = database }, new() { Value = (object?)user ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } },
        };
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <summary>Cuts the connections of an application that are in the middle of a statement, a commit mostly if it only inserts.</summary>
    /// <param name="database">The database.</param>
    /// <param name="application">The application's name, as it told the server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many.</returns>
    public async Task<int> TerminateBusyBackendsAsync(string database, string application, CancellationToken cancellationToken = default)
    {
        const string Sql =
            """
            SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = $1 AND application_name = $2 AND state = 'active'
            """;
        await using var connection = await OpenAsync(ConnectionString(), cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = database }, new() { Value = application } } };
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <summary>Makes a database with its owner and its runtime login, as an operator would.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenAsync(ConnectionString(), cancellationToken);
        await RoleAsync(connection, RuntimeGroup, "NOLOGIN", cancellationToken);
        await RoleAsync(connection, OwnerName, $"LOGIN PASSWORD '{Password}'", cancellationToken);
        await RoleAsync(connection, RuntimeName, $"LOGIN PASSWORD '{Password}' IN ROLE {RuntimeGroup}", cancellationToken);
        await ExecuteAsync(connection, $"CREATE DATABASE \"{name}\" OWNER {OwnerName}", cancellationToken);
        return new PostgresDatabase(name, ConnectionString(name, OwnerName), ConnectionString(name, RuntimeName), ConnectionString(name));
    }

    /// <summary>Runs one statement as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenAsync(ConnectionString(database), cancellationToken);
        await ExecuteAsync(connection, sql, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(StopMode.Immediate, CancellationToken.None);
        _postmaster?.Dispose();
        NpgsqlConnection.ClearAllPools();
        if (_disk is not null)
            await _disk.DisposeAsync();
        _port.Dispose();
        _folder.Dispose();
    }

    /// <summary>PostgreSQL refuses to run as root: its folder then belongs to its own user, as whom its programs are run.</summary>
    private static async Task<string[]> OwnAsync(string folder, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            return [];

        try
        {
            await Command.RunAsync("chown", ["-R", "postgres:postgres", folder], cancellationToken);
        }
        catch (HarnessException error)
        {
            throw new MissingToolException($"PostgreSQL can't run as root, and there is no user postgres (Debian's package postgresql makes it): {error.Message}");
        }

        string[] asOwner =
        [
            Command.Find("setpriv") ?? throw new MissingToolException("setpriv is missing. On Debian and Ubuntu: apt-get install util-linux"),
            "--reuid", "postgres", "--regid", "postgres", "--clear-groups",
        ];
        try
        {
            await Command.RunAsync(asOwner[0], [.. asOwner[1..], "/bin/sh", "-c", "cd \"$0\"", folder], cancellationToken);
        }
        catch (HarnessException error)
        {
            throw new HarnessException($"PostgreSQL runs as the user postgres, who may not enter {folder}; give a folder (--folder) that everybody may enter, with all above it", error);
        }

        return asOwner;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RoleAsync(NpgsqlConnection connection, string role, string attributes, CancellationToken cancellationToken)
    {
        await using var known = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", connection) { Parameters = { new() { Value = role } } };
        if (await known.ExecuteScalarAsync(cancellationToken) is false)
            await ExecuteAsync(connection, $"CREATE ROLE {role} {attributes}", cancellationToken);
    }

    private async Task ConfigureAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = options.Folder is null ? _folder.Path : "", // a socket's path must be short
            ["max_connections"] = options.ConnectionsMax.ToString(CultureInfo.InvariantCulture),
            ["fsync"] = "on",
            ["synchronous_commit"] = "on",
            ["log_line_prefix"] = "%m [%p] %u@%d ",
        };
        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        await File.AppendAllLinesAsync(
            Path.Combine(DataFolder, "postgresql.conf"), settings.Select(setting => $"{setting.Key} = '{setting.Value}'"), cancellationToken);
    }

    private Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        string[] command = [.. _asOwner, program, .. arguments];
        return Command.RunAsync(command[0], command[1..], cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(ConnectionString() + ";Timeout=2", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // it does not listen yet, or recovers: that is what is waited for
        }
    }

    private void SignalAll(int signal)
    {
        Signals.Send(ProcessId, signal);
        foreach (var child in Signals.Children(ProcessId))
            Signals.Send(child, signal);
    }

    private async Task EndAsync(int signal, CancellationToken cancellationToken)
    {
        var postmaster = _postmaster!;
        var children = Signals.Children(postmaster.Id);
        Signals.Send(postmaster.Id, signal);
        foreach (var frozen in children.Prepend(postmaster.Id))
            Signals.TrySend(frozen, Signals.Continue); // a frozen one hears of nothing
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StopMax);
        try
        {
            await postmaster.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HarnessException($"PostgreSQL did not end within {StopMax.TotalSeconds:0} s:{Environment.NewLine}{LogTail}");
        }

        Reaper.Ended(postmaster.Id);
        await Poll.UntilAsync(() => !children.Any(Signals.Runs), StopMax, () => $"PostgreSQL's processes go on without the main one:{Environment.NewLine}{LogTail}", cancellationToken);
    }
}
