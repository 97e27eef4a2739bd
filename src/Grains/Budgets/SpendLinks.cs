using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// The limits of the delegations in a delegation's tree, each as the rule of one scope right below the root. Of two
/// definitions of one delegation the newer stands, whichever arrived first.
/// </summary>
internal sealed class SpendLinks
{
    private readonly SortedDictionary<string, Entry> _byName = new(StringComparer.Ordinal);

    public int Count => _byName.Count;

    /// <summary>The names of the scopes, in order.</summary>
    public IEnumerable<string> Names => _byName.Keys;

    /// <summary>All, by name.</summary>
    public IEnumerable<SpendLink> All => _byName.Values.Select(entry => entry.Link);

    /// <summary>The scope of a delegation.</summary>
    public static ScopePath PathOf(DelegationId delegation) => ScopePath.Root.Child(ScopeAttribute.Delegation, delegation.Value);

    /// <summary>The delegation whose scope this is; null if it is none's.</summary>
    public static string? DelegationOf(ScopePath path) =>
        path.Value.StartsWith(ScopeAttribute.Delegation + "=", StringComparison.Ordinal) && ScopeAttribute.TryRead(path.Value, out _, out var value) ? value : null;

    /// <summary>The rule of a scope; null if no delegation makes it.</summary>
    public PerValueRule? RuleOf(ScopePath path) => _byName.GetValueOrDefault(path.Value)?.Rule;

    /// <summary>Whether <paramref name="link"/> says something that is not known.</summary>
    public bool IsNews(SpendLink link) => !(_byName.GetValueOrDefault(PathOf(link.Delegation).Value)?.Link.Version >= link.Version);

    /// <summary>The rule that holds for a charge whose chain has <paramref name="link"/>: the newer of the two.</summary>
    public (ScopePath Path, PerValueRule Rule) Newest(SpendLink link)
    {
        var path = PathOf(link.Delegation);
        return _byName.GetValueOrDefault(path.Value) is { } known && known.Link.Version >= link.Version
            ? (known.Path, known.Rule)
            : (path, Ruling(link));
    }

    /// <summary>The same path, as it is in memory already.</summary>
    public ScopePath Known(ScopePath path) => _byName.GetValueOrDefault(path.Value)?.Path ?? path;

    public ScopePath Set(SpendLink link)
    {
        var path = _byName.GetValueOrDefault(PathOf(link.Delegation).Value)?.Path ?? PathOf(link.Delegation);
        _byName[path.Value] = new Entry(path, link, Ruling(link));
        return path;
    }

    private static PerValueRule Ruling(SpendLink link) =>
        new(ScopeAttribute.Delegation, [new LimitTerm(link.Limit, link.Period)], IsOptional: false);

    private sealed record Entry(ScopePath Path, SpendLink Link, PerValueRule Rule);
}
