using GenOps.ControlPlane.Faults;
using Npgsql;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>Those that are compared, with the servers that they need; a server that none of them needs is not started.</summary>
internal sealed class Contestants : IAsyncDisposable
{
    /// <summary>The names by which they are asked for.</summary>
    public const string LibraryName = "library", HttpName = "http", ProcedureName = "procedure", RedisName = "redis", FloorName = "floor";

    private const string Database = "alternatives";
    private const int ConnectionsOfOthers = 100;

    // In the order in which they were started; they end the other way round.
    private readonly List<IAsyncDisposable> _started = [];

    private Contestants()
    {
    }

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [LibraryName, HttpName, ProcedureName, RedisName, FloorName];

    /// <summary>The silo; null if nobody needs it.</summary>
    public GovernedSilo? Silo { get; private set; }

    /// <summary>PostgreSQL's version; null if nobody needs it.</summary>
    public string? PostgresVersion { get; private set; }

    /// <summary>This product through its client library; null, as the others, if it was not asked for.</summary>
    public OrleansAlternative? Library { get; private set; }

    /// <summary>This product over HTTP.</summary>
    public HttpAlternative? Http { get; private set; }

    /// <summary>The stored procedure.</summary>
    public ProcedureAlternative? Procedure { get; private set; }

    /// <summary>The script of Redis.</summary>
    public RedisAlternative? Redis { get; private set; }

    /// <summary>What a decision can't cost less than.</summary>
    public FloorAlternative? Floor { get; private set; }

    /// <summary>Those that were asked for.</summary>
    public IReadOnlyList<IAlternative> All =>
        [.. new IAlternative?[] { Library, Http, Procedure, Redis, Floor }.OfType<IAlternative>()];

    /// <summary>Starts them.</summary>
    /// <param name="wanted">Which, by name.</param>
    /// <param name="folder">Where the servers write.</param>
    /// <param name="connections">How many connections callers of the procedure, and of the floor's insert, share.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="HarnessException">A server is not installed or does not start.</exception>
    public static async Task<Contestants> StartAsync(IReadOnlyCollection<string> wanted, string folder, int connections, CancellationToken cancellationToken)
    {
        var contestants = new Contestants();
        try
        {
            if (wanted.Contains(RedisName))
                contestants.Redis = contestants.Own(await RedisAlternative.ConnectAsync(contestants.Own(await RedisServer.StartNewAsync(folder, cancellationToken))));
            if (wanted.Any(name => name != RedisName))
                await contestants.StartOnPostgresAsync(wanted, folder, connections, cancellationToken);
            return contestants;
        }
        catch
        {
            await contestants.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var started in Enumerable.Reverse(_started))
            await started.DisposeAsync();
    }

    private async Task StartOnPostgresAsync(IReadOnlyCollection<string> wanted, string folder, int connections, CancellationToken cancellationToken)
    {
        var server = Own(await PostgresServer.StartNewAsync(
            new PostgresServerOptions { ConnectionsMax = 2 * connections + ConnectionsOfOthers, Folder = folder }, cancellationToken));
        var database = await server.CreateDatabaseAsync(Database, cancellationToken);
        await using (var connection = new NpgsqlConnection(database.Superuser))
        {
            await connection.OpenAsync(cancellationToken);
            PostgresVersion = connection.PostgreSqlVersion.ToString();
        }

        if (wanted.Contains(ProcedureName))
            Procedure = await ProcedureAlternative.PrepareAsync(Own(DataSource(database, connections)), ContestPlan.BudgetsMany, cancellationToken);
        if (!wanted.Any(name => name is LibraryName or HttpName or FloorName))
            return;

        var silo = Silo = Own(await GovernedSilo.StartAsync(server, cancellationToken));
        if (wanted.Contains(LibraryName))
            Library = new OrleansAlternative(silo);
        if (wanted.Contains(HttpName))
            Http = Own(new HttpAlternative(silo));
        if (wanted.Contains(FloorName))
            Floor = await FloorAlternative.PrepareAsync(Own(DataSource(database, connections)), silo, cancellationToken);
    }

    private static NpgsqlDataSource DataSource(PostgresDatabase database, int connections) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.Superuser)
    {
        MaxPoolSize = connections,
        MaxAutoPrepare = 8,
        AutoPrepareMinUsages = 1,
    });

    private T Own<T>(T started) where T : IAsyncDisposable
    {
        _started.Add(started);
        return started;
    }
}
