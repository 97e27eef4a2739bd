using System.Diagnostics;
using System.Globalization;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Silo.Storage;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

/// <summary>A PostgreSQL server for all tests of storage, which run one after the other.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private static int _databases;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("genops-storage-");
    private PostgresServer _server = null!;

    // No vacuum of its own: its transactions would hold back the readers of pages now and then.
    public async ValueTask InitializeAsync() =>
        _server = await PostgresServer.StartNewAsync(new PostgresServerOptions { Settings = new Dictionary<string, string> { ["autovacuum"] = "off" } });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A connection string of <paramref name="user"/>.</summary>
    public string ConnectionString(string database, string user = PostgresServer.SuperuserName) => _server.ConnectionString(database, user);

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

    /// <summary>Makes a role that may log in and nothing else.</summary>
    internal async Task<string> CreateRoleAsync(PostgresDatabase database)
    {
        var role = $"role_of_{database.Name}";
        await database.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD '{PostgresServer.Password}'");
        return role;
    }

    /// <summary>Runs a statement as the superuser.</summary>
    internal async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Copies a database into another, empty one, as operators do: by a dump.</summary>
    internal async Task CopyAsync(string from, string to)
    {
        var dump = Path.Combine(_folder.FullName, $"{from}.dump");
        await RunAsync("pg_dump", "-Fc", "-f", dump, Uri(from));
        await RunAsync("pg_restore", "--exit-on-error", "-d", Uri(to), dump);
    }

    private string Uri(string database) => $"postgresql://{PostgresServer.SuperuserName}:{PostgresServer.Password}@127.0.0.1:{_server.Port}/{database}";

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(PostgresBinaries.Program(program), arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {errors}");
    }
}
