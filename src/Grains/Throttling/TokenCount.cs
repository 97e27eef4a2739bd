using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

/// <summary>How many tokens a limit per minute counts.</summary>
internal static class TokenCount
{
    private static readonly Int128 PicoPerToken = Quantity.One.Pico;

    /// <summary>What a workload may take at most: what is stated in tokens outright, else input and maximal output; 0 if neither is stated.</summary>
    public static long Of(Estimate? estimate) =>
        estimate is null ? 0
        : estimate.In(Unit.Tokens) is { } stated ? Whole(stated)
        : (estimate.InputTokens ?? 0) + (estimate.MaxOutputTokens ?? 0);

    /// <summary>What a workload took; null if its report does not say.</summary>
    public static long? Of(Reconciliation report)
    {
        if (report.Actual is { IsDefault: false } actual)
        {
            foreach (var amount in actual)
            {
                if (amount.Unit == Unit.Tokens)
                    return Whole(amount.Quantity);
            }
        }

        return report.Usage?.TotalTokens;
    }

    /// <summary>A begun token counts.</summary>
    private static long Whole(Quantity tokens) => (long)((tokens.Pico + PicoPerToken - 1) / PicoPerToken);
}
