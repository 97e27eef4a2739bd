namespace GenOps.ControlPlane.Budgets;

/// <summary>What a generated workload states of itself.</summary>
/// <param name="Customer">An index into <see cref="DefinitionDraft.Customers"/>; null for none.</param>
/// <param name="Feature">An index into <see cref="DefinitionDraft.Features"/>; null for none.</param>
/// <param name="Model">An index into <see cref="DefinitionDraft.Models"/>; null for none.</param>
internal readonly record struct BudgetTraits(int? Customer, int? Feature, int? Model)
{
    public string? ValueOf(string attribute) => attribute switch
    {
        "customerId" => Customer is { } i ? DefinitionDraft.Customers[i] : null,
        "feature" => Feature is { } i ? DefinitionDraft.Features[i] : null,
        "model" => ModelName,
        _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, null),
    };

    public string? ModelName => Model is { } i ? DefinitionDraft.Models[i] : null;
}
