using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Cluster.Tests.Storage;

/// <summary>A database of one test, dropped with the server.</summary>
internal sealed class PostgresDatabase(PostgresFixture server, string name, Action<PostgresOptions>? configure) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];
    private PostgresDataSources? _sources;

    public string Name => name;

    public PostgresDataSources Sources => _sources ??= Connect();

    /// <summary>Connections of another node, with the same options or others.</summary>
    public PostgresDataSources Connect(Action<PostgresOptions>? further = null)
    {
        var sources = new PostgresDataSources(Options(further));
        _opened.Add(sources);
        return sources;
    }

    public IOptions<PostgresOptions> Options(Action<PostgresOptions>? further = null)
    {
        var options = new PostgresOptions { ConnectionString = server.ConnectionString(name) };
        configure?.Invoke(options);
        further?.Invoke(options);
        return Microsoft.Extensions.Options.Options.Create(options);
    }

    public PostgresSchema Schema(PostgresDataSources? sources = null) => new(sources ?? Sources, Options(), NullLogger<PostgresSchema>.Instance);

    /// <summary>A store with connections of its own.</summary>
    public PostgresLedgerStore Open(int pageEntriesMax = 1_000, Action<PostgresOptions>? further = null)
    {
        Action<PostgresOptions> all = options =>
        {
            options.PageEntriesMax = pageEntriesMax;
            further?.Invoke(options);
        };
        var store = new PostgresLedgerStore(Connect(all), Options(all), TimeProvider.System);
        _opened.Add(store);
        return store;
    }

    /// <summary>A connection of the superuser.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string user = "postgres")
    {
        var connection = new NpgsqlConnection(server.ConnectionString(name, user) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public Task ExecuteAsync(string sql) => server.ExecuteAsync(name, sql);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        for (var index = _opened.Count - 1; index >= 0; index--)
            await _opened[index].DisposeAsync();
    }
}
