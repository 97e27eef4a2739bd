using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Lists what has a stream of its own: tenants, agents, budgets.</summary>
internal static class StreamListing
{
    /// <summary>A page of names, in ordinal order.</summary>
    /// <param name="ledger">Where the streams are.</param>
    /// <param name="prefix">What the streams' names have before the name, such as <c>a/acme/</c>.</param>
    /// <param name="after">The last name of the page before.</param>
    /// <param name="limit">The most names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Page<string>> ReadAsync(
        ILedgerReader ledger, string prefix, string? after, int? limit, CancellationToken cancellationToken)
    {
        var count = RequestField.Limit(limit, Page<string>.LimitDefault, Page<string>.LimitMax);
        if (after is not null)
            RequestField.Parse<AgentId>("after", after);

        var streams = await ledger.ListStreamsAsync(prefix, after is null ? null : prefix + after, count + 1, cancellationToken);
        var names = streams.Take(count).Select(stream => stream.Name).ToImmutableArray();
        return new Page<string>(names, streams.Length > count ? names[^1] : null);
    }
}
