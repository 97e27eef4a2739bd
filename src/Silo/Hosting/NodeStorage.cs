namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Where a node keeps the ledger, and so whether it is alone.</summary>
public enum NodeStorage
{
    /// <summary>In files of its data directory: one node, and nothing else to run.</summary>
    Sqlite,

    /// <summary>In a PostgreSQL database that the nodes of a cluster share; section <c>GenOps:Postgres</c> says which.</summary>
    Postgres,
}
