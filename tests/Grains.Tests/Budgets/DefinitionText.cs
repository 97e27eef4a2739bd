using System.Text.Json;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Definitions as text, for comparison and for whoever reads a failure.</summary>
internal static class DefinitionText
{
    public static string Of(DefinitionDraft draft) => Of(draft.Build("home")).Replace("\"timeZone\":\"home\",", "", StringComparison.Ordinal);

    public static string Of(BudgetDefinition definition) => JsonSerializer.Serialize(definition, GenOpsJson.Canonical);
}
