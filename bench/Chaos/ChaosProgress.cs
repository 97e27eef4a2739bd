using System.Diagnostics;
using System.Globalization;

namespace GenOps.ControlPlane.Bench.Chaos;

/// <summary>Says on the terminal what is being done, and when.</summary>
internal sealed class ChaosProgress(string letters) : IProgress<string>
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public void Report(string value) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{letters,-4} {Stopwatch.GetElapsedTime(_started).TotalSeconds,6:0} s  {value}"));
}
