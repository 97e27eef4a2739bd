using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>An action that a person has to approve first: it is asked for, approved over HTTP by somebody else, and runs once.</summary>
/// <param name="client">The client of the agent that asks.</param>
/// <param name="approve">Approves, with the key of a person who may.</param>
/// <param name="time">The clock.</param>
internal sealed class ApprovedAction(
    IGenOpsClient client, Func<ApprovalId, CancellationToken, Task<ApprovalView>> approve, TimeProvider time)
{
    /// <summary>The agent that asks.</summary>
    public static AgentId Agent { get; } = AgentId.Parse("refund-desk");

    /// <summary>What it asks for: more than its delegation lets it refund without a person.</summary>
    public const int RefundAmount = 250;

    private static readonly WorkloadRequest Request = new(
        Agent,
        new Operation("refund", "tool"),
        new Attribution("support", "helpdesk", "production"),
        Tool: "refund",
        Parameters: ImmutableSortedDictionary<string, ParameterValue>.Empty.Add("refundAmount", ParameterValue.Of(RefundAmount)),
        Estimate: Estimate.Of(new Amount(Quantity.Parse("0.01"), Unit.Usd), new Amount(Quantity.FromUnits(500), Unit.Tokens)));

    private static readonly Reconciliation Figures = new(
        Actual: [new Amount(Quantity.Parse("0.004"), Unit.Usd), new Amount(Quantity.FromUnits(200), Unit.Tokens)]);

    /// <summary>Asks, waits for the person, and runs it.</summary>
    /// <exception cref="DemoException">It needed nobody's approval.</exception>
    public async Task<ApprovalReport> RunAsync(CancellationToken cancellationToken)
    {
        await using var refused = await client.AuthorizeAsync(Request, throwOnRefusal: false, cancellationToken);
        if (refused.Approval is not { } approval || !refused.NeedsApproval)
        {
            throw new DemoException(
                $"{Agent} asked for a refund of {RefundAmount}, and nobody has to approve that: {refused.Decision.Result.Text()} {refused.Decision.Reason}");
        }

        // The agent waits while the person decides, as it would for hours.
        var began = time.GetTimestamp();
        var waiting = client.AwaitApprovalAsync(refused, throwOnRefusal: false, cancellationToken);
        var approved = await approve(approval, cancellationToken);
        await using var allowed = await waiting;
        var waited = time.GetElapsedTime(began);
        if (allowed.IsAllowed)
            await allowed.ReconcileAsync(Figures, cancellationToken);

        return new ApprovalReport(
            approval, Agent, approved.Asked.Delegation, approved.Asked.Condition, refused.Decision.ReasonCode!, approved.Asked.RequestedBy,
            approved.DecidedBy, allowed.Decision.Result, Math.Round(waited.TotalMilliseconds, 2))
        {
            Calls =
            [
                new ExtraCall(refused.Request, refused.Decision, null),
                new ExtraCall(allowed.Request, allowed.Decision, allowed.IsAllowed ? Figures : null),
            ],
        };
    }
}
