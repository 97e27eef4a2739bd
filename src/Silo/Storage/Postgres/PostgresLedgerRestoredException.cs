namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>The ledger was restored here from a copy, and nobody has said yet that this is its home now.</summary>
public sealed class PostgresLedgerRestoredException(string database, string evidence)
    : PostgresSchemaException(
        $"The ledger in database '{database}' was restored: {evidence}. As the schema's owner run "
        + "SELECT genops.adopt_restored_ledger(); once, with all nodes stopped, or start the program with the argument 'migrate'.")
{
    /// <summary>What shows it.</summary>
    public string Evidence { get; } = evidence;
}
