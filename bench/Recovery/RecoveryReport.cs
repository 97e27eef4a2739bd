using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Recovery;

/// <summary>How budgets come back after their node was killed.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Cases">The figures.</param>
/// <param name="Aim">What a budget of few scopes has to keep to with its snapshot, in seconds.</param>
internal sealed record RecoveryReport(Machine Machine, IReadOnlyList<RecoveryFigures> Cases, Aim Aim);
