namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The PostgreSQL database of the cluster. Everything lies in its schema <c>genops</c>.</summary>
public sealed class PostgresOptions
{
    /// <summary>Where configuration has them.</summary>
    public const string Section = "GenOps:Postgres";

    /// <summary>How the node connects, in Npgsql's form, as in <c>Host=db;Database=genops;Username=genops_node</c>.</summary>
    /// <value>No default; this or <see cref="ConnectionStringFile"/>.</value>
    public string ConnectionString { get; set; } = "";

    /// <summary>A file that holds the connection string, for one with a secret in it.</summary>
    /// <value>None.</value>
    public string ConnectionStringFile { get; set; } = "";

    /// <summary>A file that holds the password; read anew for each connection, so that it can be changed under way.</summary>
    /// <value>None: the connection string has it, or the server asks for none.</value>
    public string PasswordFile { get; set; } = "";

    /// <summary>How the owner of the schema connects, who alone makes tables.</summary>
    /// <value>None: the same as <see cref="ConnectionString"/>.</value>
    public string MigrationConnectionString { get; set; } = "";

    /// <summary>A file that holds the owner's connection string.</summary>
    /// <value>None.</value>
    public string MigrationConnectionStringFile { get; set; } = "";

    /// <summary>A file that holds the owner's password.</summary>
    /// <value>None.</value>
    public string MigrationPasswordFile { get; set; } = "";

    /// <summary>Whether the node brings the schema up to date when it starts; if not, it only checks that somebody has.</summary>
    /// <value>true.</value>
    public bool Migrate { get; set; } = true;

    /// <summary>How long to wait for other nodes that are at the schema, and for each lock that a change of it needs.</summary>
    /// <value>1 minute; from 1 s to 1 hour.</value>
    public TimeSpan MigrationTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For how many months after this one the ledger has partitions.</summary>
    /// <value>3; from 1 to 120.</value>
    public int PartitionsAhead { get; set; } = 3;

    /// <summary>How often to see whether a partition is due.</summary>
    /// <value>1 day; from 1 minute to 7 days.</value>
    public TimeSpan PartitionsInterval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long to wait after making partitions failed.</summary>
    /// <value>10 minutes; from 1 s to <see cref="PartitionsInterval"/>.</value>
    public TimeSpan PartitionsRetryDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many connections write at once, besides the one that changes authority.</summary>
    /// <value>1; from 1 to 8. More of them carry fewer entries each, and cost more than they bring where the processor is the limit.</value>
    public int WriteConnections { get; set; } = 1;

    /// <summary>
    /// How long a commit waits at most for those to come again who were answered together by the one before it, and never
    /// longer than twice what that one took. One caller alone never waits.
    /// </summary>
    /// <value>8 ms; from 0, which is not at all, to 100 ms.</value>
    public TimeSpan WriteGatherMax { get; set; } = TimeSpan.FromMilliseconds(8);

    /// <summary>How many connections read the ledger at once, besides the one that watches authority; further readers wait.</summary>
    /// <value>8; from 1 to 256.</value>
    public int ReadConnectionsMax { get; set; } = 8;

    /// <summary>How many connections Orleans may use at once, for membership and for snapshots of grains.</summary>
    /// <value>16; from 2 to 256.</value>
    public int OrleansConnectionsMax { get; set; } = 16;

    /// <summary>How many entries a reader takes in one transaction.</summary>
    /// <value>1,000; from 1 to 100,000.</value>
    public int PageEntriesMax { get; set; } = 1_000;

    /// <summary>How long a statement waits for a lock that another one holds.</summary>
    /// <value>1 second; from 10 ms to 60 s.</value>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one statement may run, and how long a transaction may lie idle, before the server ends it.</summary>
    /// <value>10 seconds; from 100 ms to 10 minutes.</value>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the server waits for a node that takes nothing off the network before it drops the connection and its locks.</summary>
    /// <value>5 seconds; from 100 ms to 10 minutes.</value>
    public TimeSpan TcpUserTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long opening a connection may take.</summary>
    /// <value>3 seconds; from 1 s to 60 s, in whole seconds.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
