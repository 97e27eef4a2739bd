using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Lists what has a stream of its own: tenants, agents, budgets.</summary>
internal static class StreamListing
{
    // After every name that starts with '@', and before every letter that a name can start with.
    private const string BehindDelegations = "A";

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

        return await ReadAsync(ledger, prefix, after, count, cancellationToken);
    }

    /// <summary>A page of budgets' names, in ordinal order: operators' alone, or delegations' trees among them.</summary>
    public static async Task<Page<string>> ReadBudgetsAsync(
        ILedgerReader ledger, TenantId tenant, BudgetRoot? after, int? limit, bool withDelegations, CancellationToken cancellationToken)
    {
        var count = RequestField.Limit(limit, Page<string>.LimitDefault, Page<string>.LimitMax);
        var page = await ReadAsync(ledger, $"b/{tenant}/", after?.Value, count, cancellationToken);
        if (withDelegations || page.Items.All(name => !BudgetRoot.Parse(name).IsOfDelegation))
            return page;

        // They stand together, between the names that start with a digit and those that start with a letter.
        var before = page.Items.TakeWhile(name => !BudgetRoot.Parse(name).IsOfDelegation).ToImmutableArray();
        if (before.Length == count)
            return new Page<string>(before, before[^1]);

        var behind = await ReadAsync(ledger, $"b/{tenant}/", BehindDelegations, count - before.Length, cancellationToken);
        return new Page<string>([.. before, .. behind.Items], behind.Next);
    }

    private static async Task<Page<string>> ReadAsync(
        ILedgerReader ledger, string prefix, string? after, int count, CancellationToken cancellationToken)
    {
        var streams = await ledger.ListStreamsAsync(prefix, after is null ? null : prefix + after, count + 1, cancellationToken);
        var names = streams.Take(count).Select(stream => stream.Name).ToImmutableArray();
        return new Page<string>(names, streams.Length > count ? names[^1] : null);
    }
}
