using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Trees;

/// <summary>
/// Commands of one budget, each read from text of its own, as if it had come over the wire: what the tree keeps of one
/// it shares with no other.
/// </summary>
internal sealed class TreeCommands
{
    private const string Customer = "customer-in-its-place";

    // At most 1,200 tokens of a small model, and what they did cost.
    private static readonly Quantity Most = Quantity.Parse("0.000315");
    private static readonly Quantity Actual = Quantity.Parse("0.000207");

    private readonly WorkloadId _id = WorkloadId.New(DateTimeOffset.UnixEpoch);
    private readonly string _reserve;
    private readonly string _settle;

    /// <param name="scope">The scope to charge.</param>
    public TreeCommands(ScopePath scope)
    {
        var request = new WorkloadRequest(
            AgentId.Parse("agent-0000"), new Operation("answer ticket", "inference"),
            new Attribution("support", "helpdesk", "production", Customer, "chat"), _id, "openai", "gpt-4o-mini",
            Estimate: Estimate.OfTokens(900, 300), TtlSeconds: WorkloadRequest.TtlSecondsMax);
        _reserve = Text(new ReserveCommand(
            _id, request, ContentHash.Of(request), scope, new Charge(Most, 900, 300, PriceBook: "2026-11-01", IsEstimate: true), new Epoch(1), null, []));
        _settle = Text(new SettleCommand(
            _id, new Reconciliation(new TokenUsage(900, 120), LatencyMs: 840), new Charge(Actual, 900, 120, PriceBook: "2026-11-01")));
    }

    /// <summary>Asks for the most that a call of <paramref name="customer"/> may cost.</summary>
    public ReserveCommand Reserve(WorkloadId id, string customer) =>
        Read<ReserveCommand>(_reserve.Replace(_id.ToString(), id.ToString(), StringComparison.Ordinal).Replace(Customer, customer, StringComparison.Ordinal));

    /// <summary>Says what it did cost.</summary>
    public SettleCommand Settle(WorkloadId id) => Read<SettleCommand>(_settle.Replace(_id.ToString(), id.ToString(), StringComparison.Ordinal));

    private static string Text<T>(T command) => JsonSerializer.Serialize(command, GenOpsJson.Canonical);

    private static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, GenOpsJson.Canonical)!;
}
