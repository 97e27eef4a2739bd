using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>A comparison with an aim.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Ratio">The ratio, round by round.</param>
/// <param name="Aim">What its median has to be.</param>
internal sealed record ContestRatio(string What, Spread Ratio, Aim Aim);
