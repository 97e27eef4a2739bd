using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

/// <summary>A budget that an agent draws from.</summary>
/// <param name="Root">The budget.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetBinding")]
[method: JsonConstructor]
public sealed record BudgetBinding(BudgetRoot Root)
{
    // No parameter with a default: a schema can't say what the default of a struct is.

    /// <summary>A scope of a budget.</summary>
    public BudgetBinding(BudgetRoot root, ScopePath scope) : this(root) => Scope = scope;

    /// <summary>The scope that is charged; the root's own if absent.</summary>
    [Id(1)]
    public ScopePath Scope { get; init; }
}
