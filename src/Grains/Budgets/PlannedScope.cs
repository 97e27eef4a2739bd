using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>A scope that the definition names.</summary>
internal sealed class PlannedScope(ScopePath path, PlannedScope? above, ImmutableArray<LimitTerm> limits, ImmutableArray<PerValueRule> rules)
{
    public ScopePath Path { get; } = path;

    public ImmutableArray<LimitTerm> Limits { get; } = limits;

    /// <summary>Limits for each value of an attribute, by attribute.</summary>
    public ImmutableArray<PerValueRule> Rules { get; } = rules;

    public PlannedScope? Above { get; } = above;

    /// <summary>The names of the scopes right below.</summary>
    public List<string> Below { get; } = [];

    /// <summary>The scopes from the root to this one.</summary>
    public ImmutableArray<PlannedScope> Way { get; private set; }

    /// <summary>Whether a rule stands anywhere on the way.</summary>
    public bool HasRules { get; private set; }

    /// <summary>What it used, once that is known; it never leaves memory.</summary>
    public ScopeNode? Node { get; set; }

    /// <summary>Works the way out; the scope above has done so before.</summary>
    public PlannedScope Placed()
    {
        Way = Above is null ? [this] : Above.Way.Add(this);
        Above?.Below.Add(Path.Name);
        HasRules = !Rules.IsEmpty || Above is { HasRules: true };
        return this;
    }
}
