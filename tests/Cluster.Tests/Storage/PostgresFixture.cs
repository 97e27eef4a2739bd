using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GenOps.ControlPlane.Silo.Storage;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

/// <summary>A PostgreSQL server in a temporary folder, for all tests of storage; its tests run one after the other.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private static int _databases;
    private readonly string _folder = Directory.CreateTempSubdirectory("genops-pg-").FullName;
    private readonly int _port = FreePort();

    private string Data => Path.Combine(_folder, "data");

    public async ValueTask InitializeAsync()
    {
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", _folder);

        await RunPostgresAsync("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions");

        // Durable, as the store demands. No vacuum of its own: its transactions would hold back the readers of pages now and then.
        await RunPostgresAsync(
            "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
            $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c autovacuum=off -c max_prepared_transactions=4", "start");
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunPostgresAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A connection string of <paramref name="user"/>, whom the server trusts.</summary>
    public string ConnectionString(string database, string user = "postgres") =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = _port, Database = database, Username = user }.ToString();

    /// <summary>The same as PostgreSQL's own programs take it.</summary>
    public string ConnectionUri(string database) => $"postgresql://postgres@127.0.0.1:{_port}/{database}";

    /// <summary>A new database, empty or with the schema of this program.</summary>
    internal async Task<PostgresDatabase> CreateAsync(bool migrate = true, Action<PostgresOptions>? configure = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        var database = new PostgresDatabase(this, name, configure);
        if (migrate)
            await database.Schema().ApplyAsync();

        return database;
    }

    /// <summary>Runs a statement as the superuser.</summary>
    internal async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs one of PostgreSQL's programs, as its user if this one is root.</summary>
    internal Task RunPostgresAsync(string program, params string[] arguments)
    {
        var path = Path.Combine("/usr/lib/postgresql/15/bin", program);
        return Environment.UserName == "root"
            ? RunAsync("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    /// <summary>A path in the server's folder, which both can write.</summary>
    internal string PathOf(string name) => Path.Combine(_folder, name);

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output} {await errors}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
