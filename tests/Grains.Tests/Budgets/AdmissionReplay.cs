using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Reads a budget's entries as an auditor would, from the stored JSON alone, and looks at every admission with the
/// limits that were in force then.
/// </summary>
internal static class AdmissionReplay
{
    /// <summary>The largest admission beyond a limit; negative or zero if there was none.</summary>
    public static (decimal Overspend, int Admissions) Largest(IEnumerable<LedgerEntry> entries, TimeZoneInfo zone)
    {
        var limits = new Dictionary<string, List<(decimal Limit, string Period)>>();
        var counted = new Dictionary<string, (string Scope, DateTime Date, decimal Amount)>();
        var largest = 0m;
        var admissions = 0;
        foreach (var entry in entries)
        {
            using var document = JsonDocument.Parse(entry.Text);
            var text = document.RootElement;
            var data = text.GetProperty("data");
            var at = DateTimeOffset.Parse(text.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);
            var date = TimeZoneInfo.ConvertTime(at, zone).Date;
            var id = text.TryGetProperty("workload", out var workload) ? workload.GetString()! : "";
            switch (text.GetProperty("kind").GetString())
            {
                case "budget.defined":
                    limits.Clear();
                    Read(data.GetProperty("definition"), "", "none", limits);
                    break;

                case "workload.reserved" or "workload.held":
                    admissions++;
                    var scope = data.GetProperty("scope").GetString()!;
                    var amount = Amount(data.GetProperty("amount"));
                    foreach (var (path, own) in limits)
                    {
                        if (!IsWithin(scope, path))
                            continue;
                        foreach (var (limit, period) in own)
                        {
                            var used = counted.Values.Where(item => IsWithin(item.Scope, path) && Same(period, item.Date, date)).Sum(item => item.Amount);
                            largest = Math.Max(largest, used + amount - limit);
                        }
                    }

                    counted.Add(id, (scope, date, amount));
                    break;

                case "workload.reconciled":
                    counted[id] = counted[id] with { Amount = Amount(data.GetProperty("actual")) };
                    break;

                case "workload.unresolved":
                    counted[id] = counted[id] with { Amount = Amount(data.GetProperty("amount")) };
                    break;

                case "workload.released" or "workload.withdrawn":
                    counted[id] = counted[id] with { Amount = 0 };
                    break;

                case "usage.recorded":
                    counted.Add(id, (data.GetProperty("scope").GetString()!, date, Amount(data.GetProperty("actual"))));
                    break;
            }
        }

        return (largest, admissions);
    }

    private static void Read(JsonElement scope, string path, string inherited, Dictionary<string, List<(decimal, string)>> limits)
    {
        var period = scope.TryGetProperty("period", out var own) ? own.GetString()! : inherited;
        var list = limits[path] = [];
        if (scope.TryGetProperty("limit", out var single))
            list.Add((Amount(single), period));
        if (scope.TryGetProperty("limits", out var several))
            list.AddRange(several.EnumerateArray().Select(item => (Amount(item.GetProperty("limit")), item.GetProperty("period").GetString()!)));
        if (!scope.TryGetProperty("children", out var children))
            return;
        foreach (var child in children.EnumerateObject())
            Read(child.Value, path.Length == 0 ? child.Name : $"{path}/{child.Name}", period, limits);
    }

    private static decimal Amount(JsonElement element) => decimal.Parse(element.GetString()!, CultureInfo.InvariantCulture);

    private static bool IsWithin(string scope, string above) =>
        above.Length == 0 || scope == above || scope.StartsWith(above + "/", StringComparison.Ordinal);

    private static bool Same(string period, DateTime a, DateTime b) => period switch
    {
        "none" => true,
        "day" => a == b,
        "month" => a.Year == b.Year && a.Month == b.Month,
        _ => throw new InvalidDataException(period),
    };
}
