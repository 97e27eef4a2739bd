using GenOps.ControlPlane.Silo.Demo.Traces;

namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>How the demo runs.</summary>
internal sealed record DemoOptions
{
    /// <summary>The most callers at once.</summary>
    public const int CallersMax = 4_096;

    /// <summary>An empty folder for the node's data, which is kept; null for a temporary one.</summary>
    /// <value>Null.</value>
    public string? DataDirectory { get; init; }

    /// <summary>The trace to replay.</summary>
    /// <value>The Azure conversation trace that comes with the program.</value>
    public string TracePath { get; init; } = Path.Combine(AppContext.BaseDirectory, "samples", "traces", "azure-llm-conversation-2023.csv");

    /// <summary>The folder of the organisation's documents.</summary>
    /// <value>The one that comes with the program.</value>
    public string OrganisationDirectory { get; init; } = Path.Combine(AppContext.BaseDirectory, "samples", "organisation");

    /// <summary>How many calls run at once.</summary>
    /// <value>64; from 1 to 4,096.</value>
    public int Callers { get; init; } = 64;

    /// <summary>Whether standard output is one JSON object and nothing else.</summary>
    /// <value>False.</value>
    public bool Json { get; init; }

    /// <summary>Whether the node stays up when the demo has ended.</summary>
    /// <value>False.</value>
    public bool Keep { get; init; }

    /// <summary>What a trace may hold.</summary>
    /// <value><see cref="TraceLimits"/>'s defaults.</value>
    public TraceLimits TraceLimits { get; init; } = new();

    /// <summary>How long the node may take to become ready.</summary>
    /// <value>60 s.</value>
    public TimeSpan ReadyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the node may take to end by itself before it is killed.</summary>
    /// <value>20 s.</value>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The same after Ctrl+C. The ledger survives a kill, so nothing is lost by haste.</summary>
    /// <value>1.5 s.</value>
    public TimeSpan InterruptedStopTimeout { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long one request to the HTTP API may take; a verification of the whole ledger is one.</summary>
    /// <value>60 s.</value>
    public TimeSpan HttpTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
