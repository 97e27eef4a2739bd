using GenOps.ControlPlane.Silo.Hosting;

namespace GenOps.ControlPlane.Faults;

/// <summary>How a cluster of silos is set up.</summary>
public sealed record ClusterOptions
{
    /// <summary>How many silos it has at first.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Where they keep everything.</summary>
    public SiloStorage Storage { get; init; } = SiloStorage.Postgres;

    /// <summary>The PostgreSQL server, which the caller ends; the cluster makes and ends one of its own if absent.</summary>
    public PostgresServer? Server { get; init; }

    /// <summary>The database, and what the cluster is called: clusters that share a server need one each.</summary>
    public string Database { get; init; } = "genops";

    /// <summary>How its own server is set up.</summary>
    public PostgresServerOptions Postgres { get; init; } = new();

    /// <summary>Whether each silo reaches PostgreSQL through a <see cref="FaultProxy"/> of its own.</summary>
    public bool HasProxies { get; init; }

    /// <summary>Whether migrations use a role of their own, as in production, instead of the runtime's.</summary>
    public bool HasMigrationRole { get; init; } = true;

    /// <summary>Whether the silos' clocks can be moved.</summary>
    public bool HasFakeClocks { get; init; }

    /// <summary>The program of the silos, a GenOps.ControlPlane.Silo.dll; that of this build if absent.</summary>
    public string Program { get; init; } = typeof(NodeHost).Assembly.Location;

    /// <summary>Further environment variables of every silo.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
