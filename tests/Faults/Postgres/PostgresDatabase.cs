namespace GenOps.ControlPlane.Faults;

/// <summary>A database for a cluster of silos, with its two logins.</summary>
/// <param name="Name">The database.</param>
/// <param name="Migration">The connection string of the role that owns the database and applies migrations.</param>
/// <param name="Runtime">The connection string of the role that silos run with, a member of genops_runtime.</param>
/// <param name="Superuser">The connection string of the server's superuser, for audits and faults.</param>
public sealed record PostgresDatabase(string Name, string Migration, string Runtime, string Superuser);
