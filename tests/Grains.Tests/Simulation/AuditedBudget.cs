using System.Globalization;
using System.Text.Json;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// A budget told again by its entries alone, as slowly and plainly as possible, and sharing no code with the actor that
/// wrote them: decimals, dates as text, sums by name.
/// </summary>
internal sealed class AuditedBudget(string stream)
{
    private readonly Dictionary<string, List<(string Period, decimal Limit)>> _limits = [];
    private readonly Dictionary<string, decimal> _used = [];
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    public Dictionary<string, AuditedHold> Holds { get; } = [];

    /// <summary>What spend without a reservation was recorded, by workload.</summary>
    public Dictionary<string, decimal> Usages { get; } = [];

    public void Take(string kind, string? workload, DateTimeOffset at, JsonElement data)
    {
        switch (kind)
        {
            case "budget.defined":
                Define(data.GetProperty("definition"));
                break;

            case "workload.reserved" or "workload.held":
                Admit(workload!, at, data);
                break;

            case "workload.reconciled":
                Reconcile(workload!, data);
                break;

            case "workload.unresolved":
                KeepUnresolved(workload!, data);
                break;

            case "workload.released":
                GiveBack(workload!, "released", data.GetProperty("cause").GetString());
                break;

            case "workload.withdrawn":
                GiveBack(workload!, "withdrawn", null);
                break;

            case "usage.recorded":
                var actual = Number(data, "actual");
                if (!Usages.TryAdd(workload!, actual))
                    throw Wrong($"{workload} is recorded twice as usage");
                Count(Text(data, "scope"), at, actual);
                break;
        }
    }

    private static decimal Number(JsonElement data, string name) =>
        decimal.Parse(data.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static string Text(JsonElement data, string name) => data.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static IEnumerable<string> UpToRoot(string scope)
    {
        for (var path = scope; path.Length > 0; path = path.LastIndexOf('/') is var cut and > 0 ? path[..cut] : "")
            yield return path;
        yield return "";
    }

    private void Define(JsonElement definition)
    {
        _limits.Clear();
        _zone = Text(definition, "timeZone") is { Length: > 0 } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc;
        Define("", "none", definition);
    }

    private void Define(string path, string inherited, JsonElement scope)
    {
        var period = Text(scope, "period") is { Length: > 0 } own ? own : inherited;
        var limits = new List<(string, decimal)>();
        if (scope.TryGetProperty("limit", out _))
            limits.Add((period, Number(scope, "limit")));
        if (scope.TryGetProperty("limits", out var several))
        {
            foreach (var limit in several.EnumerateArray())
                limits.Add((Text(limit, "period"), Number(limit, "limit")));
        }

        _limits[path] = limits;
        if (!scope.TryGetProperty("children", out var children))
            return;

        foreach (var child in children.EnumerateObject())
            Define(path.Length == 0 ? child.Name : $"{path}/{child.Name}", period, child.Value);
    }

    private void Admit(string workload, DateTimeOffset at, JsonElement data)
    {
        var hold = new AuditedHold { Scope = Text(data, "scope"), ReservedAt = at, Amount = Number(data, "amount") };
        foreach (var path in UpToRoot(hold.Scope))
        {
            if (!_limits.TryGetValue(path, out var limits))
                throw Wrong($"{workload} is admitted to '{path}', which does not exist");

            foreach (var (period, limit) in limits)
            {
                var used = _used.GetValueOrDefault(Window(path, period, at));
                if (used + hold.Amount > limit)
                    throw Wrong($"overspend: {workload} is admitted with {hold.Amount} to '{path}', which has used {used} of {limit} ({period})");
            }
        }

        if (!Holds.TryAdd(workload, hold))
            throw Wrong($"{workload} is held twice");
        Count(hold.Scope, at, hold.Amount);
    }

    private void Reconcile(string workload, JsonElement data)
    {
        var hold = Find(workload);
        var actual = Number(data, "actual");
        var flagged = Text(data, "violation").Length > 0;
        if (hold.State is "reconciled" or "withdrawn" || hold is { State: "released", Cause: "refused" })
            throw Wrong($"{workload} is {hold.State} {hold.Cause}, and is reconciled");
        if (flagged != hold is { State: "released", Cause: "requested" })
            throw Wrong($"{workload} is {hold.State} {hold.Cause}, and its reconciliation is {(flagged ? "flagged" : "not flagged")}");

        Count(hold.Scope, hold.ReservedAt, actual - (hold.Counts ? hold.Amount : 0));
        hold.State = "reconciled";
        hold.Actual = actual;
    }

    private void KeepUnresolved(string workload, JsonElement data)
    {
        var hold = Find(workload);
        if (hold.State != Text(data, "from") || hold.State is "unresolved" or "reconciled" or "withdrawn")
            throw Wrong($"{workload} is {hold.State}, and becomes unresolved from {Text(data, "from")}");

        if (!hold.Counts)
            Count(hold.Scope, hold.ReservedAt, hold.Amount);
        hold.State = "unresolved";
        hold.WasUnresolved = true;
    }

    private void GiveBack(string workload, string state, string? cause)
    {
        var hold = Find(workload);
        if (!hold.Counts)
            throw Wrong($"{workload} is {hold.State}, and is {state}");

        Count(hold.Scope, hold.ReservedAt, -hold.Amount);
        hold.State = state;
        hold.Cause = cause;
        hold.WasReleased |= state == "released";
    }

    private AuditedHold Find(string workload) =>
        Holds.GetValueOrDefault(workload) ?? throw Wrong($"{workload} is settled and was never held");

    private void Count(string scope, DateTimeOffset at, decimal amount)
    {
        foreach (var path in UpToRoot(scope))
        {
            foreach (var period in (ReadOnlySpan<string>)["none", "day", "month"])
            {
                var window = Window(path, period, at);
                _used[window] = _used.GetValueOrDefault(window) + amount;
                if (_used[window] < 0)
                    throw Wrong($"{window} is below zero");
            }
        }
    }

    private string Window(string path, string period, DateTimeOffset at)
    {
        var date = TimeZoneInfo.ConvertTime(at, _zone);
        return path + period switch
        {
            "none" => " ever",
            "day" => date.ToString(" yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => date.ToString(" yyyy-MM", CultureInfo.InvariantCulture),
        };
    }

    private SimulationFailedException Wrong(string what) => new($"{stream}: {what}");
}
