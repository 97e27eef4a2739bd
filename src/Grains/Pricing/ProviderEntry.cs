using System.Collections.Immutable;

namespace GenOps.ControlPlane.Pricing;

/// <summary>A provider of the book.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ProviderMatch">Which other names mean it, or null.</param>
/// <param name="ModelMatch">Which models mean it when no provider is named, or null.</param>
/// <param name="Fallbacks">Whose models it offers too, by id.</param>
/// <param name="Models">Its models; the first that matches counts.</param>
internal sealed record ProviderEntry(
    string Id,
    MatchClause? ProviderMatch,
    MatchClause? ModelMatch,
    ImmutableArray<string> Fallbacks,
    ImmutableArray<ModelEntry> Models)
{
    /// <summary>The model that a name means.</summary>
    /// <param name="name">In lower case.</param>
    /// <param name="maybe">The first that might be meant, if none is for sure.</param>
    public ModelEntry? Find(string name, ref ModelEntry? maybe)
    {
        foreach (var model in Models)
        {
            switch (model.Matches(name))
            {
                case MatchResult.Yes:
                    return model;
                case MatchResult.Maybe:
                    maybe ??= model;
                    break;
            }
        }

        return null;
    }
}
