using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>Results of scenarios for people and for programs.</summary>
public static class ScenarioReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One line for each scenario, and below it what is wrong.</summary>
    public static string Table(IEnumerable<ScenarioResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{"",-4}{"scenario",-44}{"rounds",7}{"acknowledged",14}{"errors",9}{"seconds",9}{"recovery s (most)",22}  result\n");
        AuditReport? shown = null;
        string? told = null;
        foreach (var result in results)
        {
            var recovery = result.Recoveries.Count == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{result.Recoveries.Max():0.00}")
                + (result.RecoveryMax is { } most ? string.Create(CultureInfo.InvariantCulture, $" ({most:0})") : "");
            text.Append(CultureInfo.InvariantCulture,
                $"({result.Letter}) {result.Name,-44}{result.Rounds,7}{result.Acknowledged,14:N0}{result.Errors,9:N0}{result.Seconds,9:0.0}{recovery,22}  {(result.IsGood ? "good" : "BROKEN")}\n");
            foreach (var (name, value) in result.Notes)
                text.Append(CultureInfo.InvariantCulture, $"      {name}: {value}\n");
            foreach (var miss in result.Misses)
                text.Append("    ! ").Append(miss).Append('\n');

            // Scenarios on one cluster share them.
            if (result.Fault is { } fault && !ReferenceEquals(fault, told))
                text.Append("    ! ").Append(told = fault).Append('\n');
            if (result.Audit is { IsClean: false } audit && !ReferenceEquals(audit, shown))
                text.Append(shown = audit);
        }

        return text.ToString();
    }

    /// <summary>The same as JSON.</summary>
    public static string Json(IEnumerable<ScenarioResult> results) => JsonSerializer.Serialize(results, Options);
}
