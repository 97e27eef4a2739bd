using GenOps.ControlPlane.Bench.Compare;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Depth;

/// <summary>What the depth of a tree costs.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Node">Flat by deep, through the actors and the ledger.</param>
/// <param name="Aim">What the ratio has to be.</param>
/// <param name="Trees">The trees alone.</param>
internal sealed record DepthReport(Machine Machine, CompareFigures Node, Aim Aim, TreeFigures Trees);
