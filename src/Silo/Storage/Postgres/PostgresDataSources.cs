using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// The node's connections to PostgreSQL, a pool for each use, so that none waits behind another: what writes the ledger,
/// what reads it, what watches authority, what Orleans keeps, and the owner of the schema.
/// </summary>
public sealed class PostgresDataSources : IAsyncDisposable, IDisposable
{
    /// <summary>The name of the connections that commit, as the server shows it.</summary>
    public const string WriterName = "genops ledger writer";

    /// <summary>The name of the connections that read the ledger, as the server shows it.</summary>
    public const string ReaderName = "genops ledger reader";

    /// <summary>The name of the connection that watches authority, as the server shows it.</summary>
    public const string WatchName = "genops authority watch";

    /// <summary>The name of the connections that look at the node's own membership, as the server shows it.</summary>
    public const string MemberName = "genops member";

    /// <summary>The name of Orleans' connections, as the server shows it.</summary>
    public const string RuntimeName = "genops runtime";

    /// <summary>The name of the connections that change the schema, as the server shows it.</summary>
    public const string MigrationName = "genops migration";

    // Whatever the table's statistics say, and they say nothing when it is new: each of these lookups has its index.
    private const string ByIndex = "-c enable_seqscan=off -c enable_bitmapscan=off -c max_parallel_workers_per_gather=0 -c jit=off";

    // What everything waits for, and what tells whether the database is there, is not waited for long: a connection that
    // died without a word is found out by this, and the next one is new.
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    private readonly PostgresOptions _options;

    /// <summary>Reads the secrets' files; connects to nothing yet.</summary>
    /// <exception cref="OptionsValidationException">A connection string is none. The message doesn't repeat it.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public PostgresDataSources(IOptions<PostgresOptions> options)
    {
        _options = options.Value;
        var runtime = Read(_options.ConnectionString, _options.ConnectionStringFile, nameof(_options.ConnectionString));
        var hasOwner = _options.MigrationConnectionString.Length > 0 || _options.MigrationConnectionStringFile.Length > 0;
        var owner = hasOwner
            ? Read(_options.MigrationConnectionString, _options.MigrationConnectionStringFile, nameof(_options.MigrationConnectionString))
            : runtime;
        var ownerPasswordFile = hasOwner ? _options.MigrationPasswordFile : _options.PasswordFile;

        // The writer's statements are planned once: planning is most of what a lone append would cost. They look up nothing
        // but keys. Readers look into partitions, and a plan made while a partition was empty is a bad one when it no longer is.
        Writers = Build(runtime, _options.PasswordFile, WriterName, _options.WriteConnections + 2, $"{ByIndex} -c plan_cache_mode=force_generic_plan", 0);
        Readers = Build(runtime, _options.PasswordFile, ReaderName, _options.ReadConnectionsMax, $"{ByIndex} -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_custom_plan", 32);
        Watch = Build(runtime, _options.PasswordFile, WatchName, 1, ByIndex, 8, AnswerMax);
        Member = Build(runtime, _options.PasswordFile, MemberName, 2, "", 2, AnswerMax);
        Runtime = Build(runtime, _options.PasswordFile, RuntimeName, _options.OrleansConnectionsMax, "", 0);
        Migration = Build(owner, ownerPasswordFile, MigrationName, 2, "", 0);
    }

    /// <summary>For Orleans: membership and snapshots of grains.</summary>
    public NpgsqlDataSource Runtime { get; }

    /// <summary>The owner of the schema; without statement timeout.</summary>
    public NpgsqlDataSource Migration { get; }

    /// <summary>What commits to the ledger.</summary>
    internal NpgsqlDataSource Writers { get; }

    /// <summary>What reads the ledger.</summary>
    internal NpgsqlDataSource Readers { get; }

    /// <summary>One connection that watches for changes of authority, and waits behind no reader.</summary>
    internal NpgsqlDataSource Watch { get; }

    /// <summary>
    /// Two connections that look at this node's own membership and at the clock. They wait behind nobody: a node whose
    /// snapshots keep the other connections busy must not take itself for cut off.
    /// </summary>
    internal NpgsqlDataSource Member { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Member.Dispose();
        Writers.Dispose();
        Readers.Dispose();
        Watch.Dispose();
        Runtime.Dispose();
        Migration.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Member.DisposeAsync().ConfigureAwait(false);
        await Writers.DisposeAsync().ConfigureAwait(false);
        await Readers.DisposeAsync().ConfigureAwait(false);
        await Watch.DisposeAsync().ConfigureAwait(false);
        await Runtime.DisposeAsync().ConfigureAwait(false);
        await Migration.DisposeAsync().ConfigureAwait(false);
    }

    private static string Read(string text, string file, string option)
    {
        if (file.Length > 0)
            text = File.ReadAllText(file).Trim();

        try
        {
            return new NpgsqlConnectionStringBuilder(text).ToString();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException or InvalidCastException or NotSupportedException)
        {
            // What Npgsql says may quote the string, and with it a password.
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(PostgresOptions),
                [$"{PostgresOptions.Section}:{option} is no connection string of Npgsql. Write it as in Host=localhost;Database=genops;Username=genops."]);
        }
    }

    private NpgsqlDataSource Build(
        string text, string passwordFile, string name, int connectionsMax, string settings, int statementsMax, TimeSpan? answerMax = null)
    {
        var isOwner = name == MigrationName;
        var statementTimeout = isOwner ? TimeSpan.Zero : _options.StatementTimeout;
        if (answerMax < statementTimeout)
            statementTimeout = answerMax.Value;
        var hosts = new NpgsqlConnectionStringBuilder(text);
        var connectTimeout = Math.Max(1, (int)Math.Ceiling(_options.ConnectTimeout.TotalSeconds));
        var connection = new NpgsqlConnectionStringBuilder(text)
        {
            ApplicationName = name,
            SearchPath = PostgresSchema.Name,
            Multiplexing = false,
            Enlist = false,
            Pooling = true,
            MinPoolSize = 0,
            MaxPoolSize = connectionsMax,
            Timeout = connectTimeout,
            CommandTimeout = isOwner || name == WriterName ? 0 : (int)Math.Ceiling(statementTimeout.TotalSeconds) + (answerMax is null ? connectTimeout : 1), // the server is the first to end it
            CancellationTimeout = -1, // who gives up doesn't wait for the server's consent
            TcpKeepAlive = true,
            TargetSessionAttributes = hosts.TargetSessionAttributes ?? (hosts.Host?.Contains(',', StringComparison.Ordinal) == true ? "primary" : null),
            MaxAutoPrepare = statementsMax,
            AutoPrepareMinUsages = 2,
            PersistSecurityInfo = false,
            IncludeErrorDetail = false,
        };

        // A statement is a transaction of its own; and a node that froze must not hold its locks for ever.
        connection.Options = string.Create(
            CultureInfo.InvariantCulture,
            $"""
             {connection.Options} {settings} -c default_transaction_isolation=read\ committed -c client_encoding=UTF8 -c client_min_messages=warning
              -c lock_timeout={(long)_options.LockTimeout.TotalMilliseconds} -c statement_timeout={(long)statementTimeout.TotalMilliseconds}
              -c idle_in_transaction_session_timeout={(long)_options.StatementTimeout.TotalMilliseconds} -c tcp_user_timeout={(long)_options.TcpUserTimeout.TotalMilliseconds}
              -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3
             """).Replace("\n", "", StringComparison.Ordinal).Trim();

        var builder = new NpgsqlDataSourceBuilder(connection.ToString()) { Name = name }; // metrics would else show the connection string
        if (passwordFile.Length > 0)
        {
            builder.UsePasswordProvider(
                _ => File.ReadAllText(passwordFile).TrimEnd('\r', '\n'),
                async (_, cancellationToken) => (await File.ReadAllTextAsync(passwordFile, cancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n'));
        }

        return builder.Build();
    }
}
