namespace GenOps.ControlPlane.Authority;

/// <summary>What a chain of delegations comes to.</summary>
public static class AuthorityChainRules
{
    /// <summary>
    /// What a chain permits: the intersection of its links, whether or not they are in force. Lists of names are cut with
    /// each other; of limits per operation the least in each unit holds; every limit of spend holds.
    /// </summary>
    public static EffectiveAuthority Effective(AuthorityChain chain)
    {
        var terms = chain.Terms;
        return new EffectiveAuthority(
            terms.Capabilities,
            terms.CostPerOperation,
            [.. chain.Links.Select(link => link.Definition.Limits?.Spend).OfType<SpendLimit>()],
            terms.MaxConcurrent,
            terms.RequestsPerMinute,
            terms.TokensPerMinute,
            terms.DepthLeft,
            terms.NotBefore,
            terms.ExpiresAt,
            [.. terms.Conditions.Select(link => link.ApprovalWhen!.Text)]);
    }
}
