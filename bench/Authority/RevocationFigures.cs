using GenOps.ControlPlane.Bench.Measuring;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>How long revocations take until they are acknowledged. In milliseconds.</summary>
/// <param name="Leaf">A delegation that nobody passed on.</param>
/// <param name="Leaves">How many of them.</param>
/// <param name="Roots">Delegations with very many below, by how many.</param>
internal sealed record RevocationFigures(Spread Leaf, int Leaves, IReadOnlyList<RootFigures> Roots)
{
    /// <summary>The largest of the ratios of the median root by the median leaf.</summary>
    public double RatioMost => Roots.Max(root => root.Time.Median / Leaf.Median);
}
