using System.Globalization;

namespace GenOps.ControlPlane.Bench.Measuring;

/// <summary>What a figure has to be.</summary>
/// <param name="Bound">The bound.</param>
/// <param name="IsMost">Whether it is the most that is allowed, or the least.</param>
/// <param name="IsMet">Whether the figure keeps to it.</param>
internal sealed record Aim(double Bound, bool IsMost, bool IsMet)
{
    /// <summary><paramref name="figure"/> has to be at most <paramref name="bound"/>.</summary>
    public static Aim AtMost(double bound, double figure) => new(bound, true, figure <= bound);

    /// <summary><paramref name="figure"/> has to be at least <paramref name="bound"/>.</summary>
    public static Aim AtLeast(double bound, double figure) => new(bound, false, figure >= bound);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"at {(IsMost ? "most" : "least")} {Bound}: {(IsMet ? "met" : "NOT MET")}");
}
