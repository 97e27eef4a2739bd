namespace GenOps.ControlPlane.Cluster.Tests.Storage;

/// <summary>
/// Tests that share the server. One after the other: a transaction of one would hold back what another one's readers of
/// pages may see.
/// </summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
