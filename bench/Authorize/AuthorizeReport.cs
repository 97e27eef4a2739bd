using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authorize;

/// <summary>What a run of the bench found.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Elapsed">How long the run took, in seconds.</param>
/// <param name="OneCaller">One caller beside its floor.</param>
/// <param name="Throughput">Many callers.</param>
internal sealed record AuthorizeReport(
    Machine Machine, double Elapsed, OneCallerFigures OneCaller, IReadOnlyList<ThroughputFigures> Throughput);
