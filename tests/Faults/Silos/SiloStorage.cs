namespace GenOps.ControlPlane.Faults;

/// <summary>Where silos keep everything.</summary>
public enum SiloStorage
{
    /// <summary>One PostgreSQL database for all of them.</summary>
    Postgres,

    /// <summary>Files of the one silo that there can be.</summary>
    Sqlite,
}
