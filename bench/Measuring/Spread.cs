using System.Globalization;

namespace GenOps.ControlPlane.Bench.Measuring;

/// <summary>One figure over several rounds.</summary>
/// <param name="Median">The middle round.</param>
/// <param name="Least">The lowest round.</param>
/// <param name="Most">The highest round.</param>
internal sealed record Spread(double Median, double Least, double Most)
{
    /// <summary>The spread of <paramref name="rounds"/>; of an even number the median is the mean of the middle two.</summary>
    public static Spread Of(IEnumerable<double> rounds)
    {
        double[] sorted = [.. rounds.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(Round(median), Round(sorted[0]), Round(sorted[^1]));
    }

    /// <summary>Median, lowest and highest, each in the number format <paramref name="form"/>.</summary>
    public string Text(string form) => $"{Number(Median, form)} ({Number(Least, form)} to {Number(Most, form)})";

    private static string Number(double value, string form) => value.ToString(form, CultureInfo.InvariantCulture);

    // A microsecond, or a thousandth of whatever else it is.
    private static double Round(double value) => Math.Round(value, 3);
}
