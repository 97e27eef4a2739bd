namespace GenOps.ControlPlane.Ids;

/// <summary>One scope of one budget, as in <c>research-usd/nlp/agent-7</c>.</summary>
/// <param name="Root">The budget.</param>
/// <param name="Scope">The scope below its root; empty is the root itself.</param>
[GenerateSerializer, Immutable, Alias("genops.BudgetPath")]
public readonly record struct BudgetPath(BudgetRoot Root, ScopePath Scope = default)
{
    /// <inheritdoc/>
    public override string ToString() => Scope.IsRoot ? Root.Value : $"{Root.Value}/{Scope.Value}";
}
