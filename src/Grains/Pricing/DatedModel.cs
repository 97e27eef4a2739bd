using System.Text.RegularExpressions;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// Providers answer with the dated name of the model that was asked for: <c>gpt-4o-2024-08-06</c> for <c>gpt-4o</c>. A price that was
/// negotiated for the one holds for the other.
/// </summary>
internal static partial class DatedModel
{
    /// <summary>The name without its date or revision; null if it has none.</summary>
    public static string? Undated(string model) => Dated().Match(model) is { Success: true } match ? match.Groups["model"].Value : null;

    [GeneratedRegex(@"^(?<model>.+?)[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Dated();
}
