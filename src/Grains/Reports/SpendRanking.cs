using System.Collections.Immutable;

namespace GenOps.ControlPlane.Reports;

/// <summary>Spend summed by one attribute.</summary>
internal sealed class SpendRanking
{
    private readonly Dictionary<SpendKey, SpendSums> _sums = [];
    private readonly SpendSums _total = new();

    /// <summary>All, adjustments included.</summary>
    public SpendTotal Total => _total.Total;

    /// <summary>How many values it sums by.</summary>
    public int Count => _sums.Count;

    /// <summary>Whether there was no change.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Adds a change.</summary>
    public void Add(in SpendChange change)
    {
        IsEmpty = false;
        _total.Add(change);
        if (change.Key is { } key)
            SumsOf(key).Add(change);
    }

    /// <summary>Adds what another budget spent, in the same unit.</summary>
    public void Add(SpendRanking other)
    {
        IsEmpty &= other.IsEmpty;
        _total.Add(other._total);
        foreach (var (key, sums) in other._sums)
            SumsOf(key).Add(sums);
    }

    /// <summary>
    /// The <paramref name="countMax"/> that spent most, the highest first, and the rest in one sum. Of those who spent
    /// the same, the first by name; whoever gave all back is in neither.
    /// </summary>
    public (ImmutableArray<SpendItem> Items, SpendRest Other) Top(int countMax)
    {
        var ranked = _sums.Where(pair => !pair.Value.IsEmpty)
            .OrderByDescending(pair => pair.Value.Spent)
            .ThenBy(pair => pair.Key.Value is null)
            .ThenBy(pair => pair.Key.Value, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Provider, StringComparer.Ordinal)
            .ToList();
        var rest = new SpendSums();
        foreach (var (_, sums) in ranked.Skip(countMax))
            rest.Add(sums);

        var items = ranked.Take(countMax).Select(pair => new SpendItem(
            pair.Key.Value, pair.Key.Provider, pair.Value.Spent, pair.Value.Reserved, pair.Value.Unresolved, pair.Value.Overrun, pair.Value.Calls));
        return (
            [.. items],
            new SpendRest(Math.Max(0, ranked.Count - countMax), rest.Spent, rest.Reserved, rest.Unresolved, rest.Overrun, rest.Calls));
    }

    private SpendSums SumsOf(SpendKey key)
    {
        if (!_sums.TryGetValue(key, out var sums))
            _sums.Add(key, sums = new SpendSums());
        return sums;
    }
}
