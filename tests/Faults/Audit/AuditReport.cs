using System.Globalization;
using System.Text;

namespace GenOps.ControlPlane.Faults;

/// <summary>What an audit counted, and what it found wrong.</summary>
/// <param name="Counts">What was looked at, in order.</param>
/// <param name="Checks">How often each promise was broken: zeros, if all is well.</param>
/// <param name="Faults">What is wrong, the first of each promise first; at most 100.</param>
/// <param name="Open">How many holds are open.</param>
public sealed record AuditReport(
    IReadOnlyList<KeyValuePair<string, long>> Counts, IReadOnlyList<KeyValuePair<string, long>> Checks, IReadOnlyList<string> Faults, int Open)
{
    private const int ShownMax = 10;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => Checks.All(check => check.Value == 0);

    /// <summary>The count of this name.</summary>
    public long Count(string name) => Counts.Concat(Checks).First(count => count.Key == name).Value;

    /// <summary>The counts as a table, and the first faults.</summary>
    public override string ToString()
    {
        var width = Counts.Concat(Checks).Max(count => count.Key.Length);
        var text = new StringBuilder();
        foreach (var (name, count) in Counts)
            text.Append(CultureInfo.InvariantCulture, $"  {name.PadRight(width)}  {count,10:N0}\n");
        foreach (var (name, count) in Checks)
            text.Append(CultureInfo.InvariantCulture, $"{(count == 0 ? "  " : "! ")}{name.PadRight(width)}  {count,10:N0}\n");
        foreach (var fault in Faults.Take(ShownMax))
            text.Append("! ").Append(fault).Append('\n');
        return text.ToString();
    }
}
