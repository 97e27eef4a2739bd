using GenOps.ControlPlane.Bench.Compare;
using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Hot;

/// <summary>What one tree for all reaches beside a tree for each.</summary>
/// <param name="Machine">What it was measured on.</param>
/// <param name="Node">One tree by many, through the actors and the ledger.</param>
/// <param name="Aim">What the ratio has to be.</param>
internal sealed record HotReport(Machine Machine, CompareFigures Node, Aim Aim);
