using GenOps.ControlPlane.Silo.Hosting;

namespace GenOps.ControlPlane.Faults;

/// <summary>How one silo is started.</summary>
public sealed record SiloOptions
{
    /// <summary>What it is called in messages and results.</summary>
    public required string Name { get; init; }

    /// <summary>Its data directory; one that ends with the silo if absent.</summary>
    public string? Data { get; init; }

    /// <summary>The program, a GenOps.ControlPlane.Silo.dll; that of this build if absent.</summary>
    public string Program { get; init; } = typeof(NodeHost).Assembly.Location;

    /// <summary>Further arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Further environment variables, such as <c>GenOps__Cluster__ClusterId</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The file with the admin's key; <c>admin.key</c> in the data directory if absent.</summary>
    public string? AdminKeyFile { get; init; }

    /// <summary>Whether its clock can be moved: see <see cref="SiloProcess.Clock"/>.</summary>
    public bool HasFakeClock { get; init; }

    /// <summary>Whether a write beyond the file size limit is an error for it, as on a full disk, instead of its end.</summary>
    public bool SurvivesFileSizeLimit { get; init; }

    /// <summary>How long it may take until it is ready.</summary>
    public TimeSpan ReadyMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take until it ended after SIGTERM.</summary>
    public TimeSpan ExitMax { get; init; } = TimeSpan.FromSeconds(60);
}
