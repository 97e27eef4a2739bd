namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The server is set up in a way in which it could lose what it acknowledged, or can't serve at all.</summary>
public sealed class PostgresServerRefusedException(string fault, string remedy)
    : PostgresSchemaException($"This PostgreSQL server can't keep the ledger: {fault}. {remedy}")
{
    /// <summary>What is wrong.</summary>
    public string Fault { get; } = fault;
}
