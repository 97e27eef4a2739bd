using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>The names that someone may have meant.</summary>
internal static class NearestNames
{
    /// <summary>How many are named.</summary>
    public const int CountMax = 3;

    /// <summary>The names at the least edit distance, the nearest first, else in the given order.</summary>
    /// <param name="name">In lower case.</param>
    /// <param name="candidates">What there is: what to compare and what to show.</param>
    public static ImmutableArray<string> To(string name, IEnumerable<(string Compared, string Shown)> candidates) =>
    [
        .. candidates
            .Select(candidate => (candidate.Shown, Distance: Distance(name, candidate.Compared.ToLowerInvariant())))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Shown)
            .Distinct(StringComparer.Ordinal)
            .Take(CountMax),
    ];

    /// <summary>How many characters to insert, delete or replace to make one of the other.</summary>
    internal static int Distance(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
