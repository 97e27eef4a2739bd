using Npgsql;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Which database it is, without secrets.</summary>
internal sealed class DatabaseName(NpgsqlDataSource source)
{
    private readonly NpgsqlConnectionStringBuilder _parts = new(source.ConnectionString);

    /// <summary>Host and port.</summary>
    public string Server => _parts.Host is { } host && (host.StartsWith('/') || host.Contains(',', StringComparison.Ordinal)) ? host : $"{_parts.Host}:{_parts.Port}";

    /// <summary>The database's name.</summary>
    public string Database => _parts.Database ?? _parts.Username ?? "";

    /// <summary>Who connects.</summary>
    public string User => _parts.Username ?? "";

    /// <summary>Both.</summary>
    public override string ToString() => $"{Server}/{Database}";
}
