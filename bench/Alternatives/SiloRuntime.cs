using System.Globalization;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>What a silo's runtime has counted since it started, by the silo's own metrics.</summary>
/// <param name="AllocatedBytes">Bytes allocated.</param>
/// <param name="Paused">How long collections held its threads up.</param>
/// <param name="Gen2Collections">Collections of the oldest generation.</param>
internal sealed record SiloRuntime(double AllocatedBytes, TimeSpan Paused, double Gen2Collections)
{
    private static readonly TimeSpan Rendered = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(15);

    /// <summary>Reads them.</summary>
    /// <exception cref="BenchException">The silo doesn't show them.</exception>
    public static async Task<SiloRuntime> ReadAsync(GovernedSilo silo, CancellationToken cancellationToken)
    {
        var (status, text) = await ClusterOfSilos.SendAsync(silo.Cluster.Silos[0], HttpMethod.Get, "/metrics", null, silo.Cluster.AdminKey, AttemptMax, cancellationToken);
        if (status != 200)
            throw new BenchException($"the silo shows no metrics: {status} {text}");
        var lines = text.Split('\n');
        return new SiloRuntime(
            Value("dotnet_gc_heap_total_allocated_bytes_total", ""), TimeSpan.FromSeconds(Value("dotnet_gc_pause_time_seconds_total", "")),
            Value("dotnet_gc_collections_total", "gc_heap_generation=\"gen2\""));

        double Value(string name, string label)
        {
            var line = lines.FirstOrDefault(line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
                ?? throw new BenchException($"the silo's metrics have no {name} {label}");
            return double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Reads them when what was rendered before is forgotten.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async Task<SiloRuntime> ReadSettledAsync(GovernedSilo silo, CancellationToken cancellationToken)
    {
        await Task.Delay(Rendered, TimeProvider.System, cancellationToken);
        return await ReadAsync(silo, cancellationToken);
    }
}
