using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Lists approvals in the order in which they were asked for: that of their ids.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="State">Only those that stand there; null for any.</param>
/// <param name="Agent">Only what this agent asked for; null for any.</param>
internal sealed record ApprovalListing(TenantId Tenant, ApprovalState? State, AgentId? Agent)
{
    /// <summary>How far the clocks of two nodes may be apart; the id is made by one, and read by another.</summary>
    private static readonly TimeSpan ClockSkewMax = TimeSpan.FromMinutes(1);

    /// <summary>A page of them.</summary>
    /// <param name="ledger">Where they are.</param>
    /// <param name="after">The last one that the page before looked at; null for the first page.</param>
    /// <param name="count">The most items.</param>
    /// <param name="scanMax">The most approvals looked at: a page that is not full can have a next one.</param>
    /// <param name="now">The instant that they are shown at.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Page<ApprovalView>> ReadAsync(
        ILedgerReader ledger, ApprovalId? after, int count, int scanMax, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var prefix = $"p/{Tenant}/";
        var position = after is { } last ? prefix + last : First(now) is { } first ? prefix + first : null;
        var streams = await ledger.ListStreamsAsync(prefix, position, scanMax + 1, cancellationToken);
        var items = ImmutableArray.CreateBuilder<ApprovalView>();
        for (var i = 0; i < streams.Length; i++)
        {
            if (i == scanMax || items.Count == count)
                return new Page<ApprovalView>(items.ToImmutable(), Cursor.Of(streams[i - 1].Name));
            if (await ApprovalRecord.FindAsync(ledger, Tenant, ApprovalId.Parse(streams[i].Name), cancellationToken) is { } record
                && (Agent is not { } agent || record.Asked!.Request.Agent == agent)
                && (State is not { } state || record.StateAt(now) == state))
            {
                items.Add(record.View(now));
            }
        }

        return new Page<ApprovalView>(items.ToImmutable(), null);
    }

    /// <summary>
    /// Where those begin that may still be waited for, as a text before all of their ids; null if all are wanted. Ids start
    /// with the time in hexadecimal digits.
    /// </summary>
    private string? First(DateTimeOffset now)
    {
        if (State is not (ApprovalState.Pending or ApprovalState.Approved))
            return null;

        var oldest = (now - ApprovalOptions.LifetimeMax - ClockSkewMax).ToUnixTimeMilliseconds().ToString("x12", System.Globalization.CultureInfo.InvariantCulture);
        return $"p-{oldest[..8]}-{oldest[8..]}";
    }
}
