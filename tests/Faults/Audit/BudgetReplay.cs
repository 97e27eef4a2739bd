using System.Globalization;
using System.Text.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>One budget counted from its entries' JSON alone. Only limits that never begin anew are counted.</summary>
public sealed class BudgetReplay
{
    private readonly Dictionary<string, decimal> _limits = [];
    private readonly Dictionary<string, decimal> _valueLimits = [];
    private readonly Dictionary<string, decimal> _counted = [];
    private readonly Dictionary<string, (string[] Scopes, decimal Amount, string State)> _items = [];

    /// <summary>How many workloads it admitted.</summary>
    public int Admissions { get; private set; }

    /// <summary>How often it would have been too much.</summary>
    public int Refusals { get; private set; }

    /// <summary>How often an admission was compared with a limit.</summary>
    public long Comparisons { get; private set; }

    /// <summary>How many of its limits have windows, and were not compared with.</summary>
    public int LimitsWithWindows { get; private set; }

    /// <summary>The sum of what stands at <paramref name="state"/>.</summary>
    public decimal Sum(string state) => _items.Values.Where(item => item.State == state).Sum(item => item.Amount);

    /// <summary>How many workloads stand at <paramref name="state"/>.</summary>
    public int Count(string state) => _items.Values.Count(item => item.State == state);

    /// <summary>Takes the limits of a definition.</summary>
    public void Define(JsonElement definition)
    {
        _limits.Clear();
        _valueLimits.Clear();
        LimitsWithWindows = 0;
        if (definition.TryGetProperty("mode", out var mode) && mode.GetString() == "observe")
            return; // what does not fit is admitted all the same
        Define("", definition);
    }

    /// <summary>Takes a refusal.</summary>
    public void Refuse() => Refusals++;

    /// <summary>Takes an admission; the text is the fault, if it is one.</summary>
    /// <param name="id">The workload.</param>
    /// <param name="scope">The scope charged.</param>
    /// <param name="onDemand">The scopes of attributes' values charged with it.</param>
    /// <param name="amount">How much.</param>
    public string? Admit(string id, string scope, IEnumerable<string> onDemand, decimal amount)
    {
        if (_items.ContainsKey(id))
            return $"{id} is admitted twice";

        Admissions++;
        string? fault = null;
        string[] scopes = [.. onDemand.Append(scope).SelectMany(Chain).Distinct()];
        foreach (var above in scopes)
        {
            if (LimitOf(above) is not { } limit)
                continue;
            Comparisons++;
            if (_counted.GetValueOrDefault(above) + amount > limit)
                fault = $"{id} is admitted with {amount} beyond the limit {limit} of '{above}', where {_counted.GetValueOrDefault(above)} counts";
        }

        Count(id, scopes, amount, "open");
        return fault;
    }

    /// <summary>Takes what became of a workload; the text is the fault, if it is one.</summary>
    public string? Become(string id, string state, decimal amount)
    {
        if (!_items.TryGetValue(id, out var item))
            return $"{id} is {state}, and nothing was held";

        Count(id, item.Scopes, amount, state);
        return null;
    }

    private static IEnumerable<string> Chain(string scope)
    {
        yield return "";
        for (var end = 0; end < scope.Length;)
        {
            end = scope.IndexOf('/', end + 1) is var next and >= 0 ? next : scope.Length;
            yield return scope[..end];
        }
    }

    private decimal? LimitOf(string scope)
    {
        if (_limits.TryGetValue(scope, out var limit))
            return limit;

        // A value's scope ends with "attribute=value": its limit stands with the attribute, in the scope around.
        var segment = scope.LastIndexOf('/') + 1;
        var equals = scope.IndexOf('=', segment);
        return equals > 0 && _valueLimits.TryGetValue(scope[..equals], out var each) ? each : null;
    }

    private void Count(string id, string[] scopes, decimal amount, string state)
    {
        var change = amount - (_items.TryGetValue(id, out var before) ? before.Amount : 0);
        foreach (var above in scopes)
            _counted[above] = _counted.GetValueOrDefault(above) + change;
        _items[id] = (scopes, amount, state);
    }

    private void Define(string path, JsonElement scope)
    {
        Define(_limits, path, scope);
        if (scope.TryGetProperty("perValue", out var attributes) && attributes.ValueKind == JsonValueKind.Object)
        {
            foreach (var attribute in attributes.EnumerateObject())
                Define(_valueLimits, Below(path, attribute.Name), attribute.Value);
        }

        if (!scope.TryGetProperty("children", out var children) || children.ValueKind != JsonValueKind.Object)
            return;
        foreach (var child in children.EnumerateObject())
            Define(Below(path, child.Name), child.Value);
    }

    private void Define(Dictionary<string, decimal> limits, string path, JsonElement scope)
    {
        if (scope.TryGetProperty("limits", out var several) && several.ValueKind == JsonValueKind.Array)
        {
            foreach (var limit in several.EnumerateArray())
                Define(limits, path, limit);
        }

        if (!scope.TryGetProperty("limit", out var amount) || amount.ValueKind != JsonValueKind.String)
            return;
        if (scope.TryGetProperty("period", out var period) && period.GetString() is not (null or "none"))
            LimitsWithWindows++;
        else
            limits[path] = Math.Min(limits.GetValueOrDefault(path, decimal.MaxValue), decimal.Parse(amount.GetString()!, CultureInfo.InvariantCulture));
    }

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";
}
