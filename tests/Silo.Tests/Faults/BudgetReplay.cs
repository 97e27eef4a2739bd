using System.Globalization;
using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>One budget counted from its entries' JSON alone. Its limits never begin anew.</summary>
public sealed class BudgetReplay
{
    private readonly Dictionary<string, decimal> _limits = [];
    private readonly Dictionary<string, decimal> _counted = [];
    private readonly Dictionary<string, (string Scope, decimal Amount, string State)> _items = [];

    /// <summary>How many workloads it admitted.</summary>
    public int Admissions { get; private set; }

    /// <summary>How often it would have been too much.</summary>
    public int Refusals { get; private set; }

    /// <summary>The sum of what stands at <paramref name="state"/>.</summary>
    public decimal Sum(string state) => _items.Values.Where(item => item.State == state).Sum(item => item.Amount);

    /// <summary>How many workloads stand at <paramref name="state"/>.</summary>
    public int Count(string state) => _items.Values.Count(item => item.State == state);

    /// <summary>Takes the limits of a definition.</summary>
    public void Define(JsonElement definition)
    {
        _limits.Clear();
        Define("", definition);
    }

    /// <summary>Takes a refusal.</summary>
    public void Refuse() => Refusals++;

    /// <summary>Takes an admission; the text is the fault, if it is one.</summary>
    public string? Admit(string id, string scope, decimal amount)
    {
        if (_items.ContainsKey(id))
            return $"{id} is admitted twice";

        Admissions++;
        string? fault = null;
        foreach (var above in Chain(scope))
        {
            if (_limits.TryGetValue(above, out var limit) && _counted.GetValueOrDefault(above) + amount > limit)
                fault = $"{id} is admitted with {amount} beyond the limit {limit} of '{above}', where {_counted.GetValueOrDefault(above)} counts";
        }

        Count(id, scope, amount, "open");
        return fault;
    }

    /// <summary>Takes what became of a workload; the text is the fault, if it is one.</summary>
    public string? Become(string id, string state, decimal amount)
    {
        if (!_items.TryGetValue(id, out var item))
            return $"{id} is {state}, and nothing was held";

        Count(id, item.Scope, amount, state);
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

    private void Count(string id, string scope, decimal amount, string state)
    {
        var change = amount - (_items.TryGetValue(id, out var before) ? before.Amount : 0);
        foreach (var above in Chain(scope))
            _counted[above] = _counted.GetValueOrDefault(above) + change;
        _items[id] = (scope, amount, state);
    }

    private void Define(string path, JsonElement scope)
    {
        if (scope.TryGetProperty("limit", out var limit))
            _limits[path] = decimal.Parse(limit.GetString()!, CultureInfo.InvariantCulture);
        if (!scope.TryGetProperty("children", out var children))
            return;
        foreach (var child in children.EnumerateObject())
            Define(path.Length == 0 ? child.Name : $"{path}/{child.Name}", child.Value);
    }
}
