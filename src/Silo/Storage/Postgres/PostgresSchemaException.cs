namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>A PostgreSQL database can't be used by this program; nothing in it was changed.</summary>
public abstract class PostgresSchemaException(string message, Exception? inner = null) : Exception(message, inner);
