using System.Net.Sockets;
using GenOps.ControlPlane.Silo.Storage;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Says in an operator's words why PostgreSQL can't be used.</summary>
internal static class DatabaseFault
{
    /// <summary>Whether waiting may help: nobody listens yet, or the server is starting, stopping or full.</summary>
    public static bool IsPassing(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections } => true,
        PostgresException => false,
        NpgsqlException { InnerException: FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException } => false,
        NpgsqlException { InnerException: SocketException or TimeoutException or IOException } => true,
        NpgsqlException => error.InnerException is null,
        TimeoutException or SocketException => true,
        _ => false,
    };

    /// <summary>The message, without secrets.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="source">The connections that it happened to.</param>
    public static string Explain(Exception error, NpgsqlDataSource source)
    {
        var database = new DatabaseName(source);
        return error switch
        {
            NpgsqlException { InnerException: FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException } =>
                $"{PostgresOptions.Section}: a file with a secret can't be read ({error.InnerException!.Message}); give the path of one that the node may read",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } =>
                $"{PostgresOptions.Section}: PostgreSQL at {database.Server} refuses the password of user '{database.User}'; "
                + $"correct {nameof(PostgresOptions.PasswordFile)}, or the password in the connection string",
            PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
                $"{PostgresOptions.Section}: PostgreSQL at {database.Server} does not let user '{database.User}' in ({refused.MessageText}); "
                + "make the role with LOGIN, and allow it in pg_hba.conf",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"{PostgresOptions.Section}: PostgreSQL at {database.Server} has no database '{database.Database}'; make it, or name another in the connection string",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
                $"{PostgresOptions.Section}: user '{database.User}' lacks a right ({refused.MessageText}); grant it the role genops_runtime, "
                + "and let the schema's owner apply migrations",
            PostgresException other => $"{PostgresOptions.Section}: PostgreSQL at {database.Server} refuses: {other.MessageText} ({other.SqlState})",
            _ => $"{PostgresOptions.Section}: PostgreSQL at {database.Server} does not answer ({error.Message}); start it, or correct the connection string",
        };
    }
}
