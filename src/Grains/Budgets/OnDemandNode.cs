namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// A scope that came into being by its first use. Once all windows that its rule limits have passed it has lapsed: it
/// counts as gone until it is used again, and may leave memory.
/// </summary>
internal sealed class OnDemandNode(string name, ScopeNode above) : ScopeNode(name, above)
{
    /// <summary>When it came into memory, in ticks of UTC: what was held before belongs to another life.</summary>
    public long BeganAt { get; set; }

    /// <summary>The kinds of window that its rule limited when it was charged, a bit for each.</summary>
    public byte Limited { get; set; }

    /// <summary>Whether it is a value of <paramref name="attribute"/>.</summary>
    public bool IsOf(string attribute) =>
        Name.Length > attribute.Length && Name[attribute.Length] == '=' && Name.StartsWith(attribute, StringComparison.Ordinal);
}
