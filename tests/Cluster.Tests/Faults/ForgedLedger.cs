using System.Security.Cryptography;
using System.Text;
using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>
/// A small ledger with the history that belongs to it: a budget of 10, one workload of 6 that was allowed and reconciled
/// with 5, one that was refused, and a delegation that was revoked afterwards. Each test spoils one thing.
/// </summary>
internal sealed class ForgedLedger
{
    public const string First = "019c0000-0000-7000-8000-000000000001";
    public const string Second = "019c0000-0000-7000-8000-000000000002";
    public const string Third = "019c0000-0000-7000-8000-000000000003";

    private const string Budget = "b/acme/usd";
    private const string Agent = "a/acme/bot";

    private readonly Dictionary<string, (long Seq, byte[] Hash)> _heads = [];

    public ForgedLedger()
    {
        Add(Budget, "budget.defined", """{ "definition": { "unit": "USD", "limit": "10", "perValue": { "customerId": { "limit": "7" } } } }""");
        Add(Agent, "delegation.granted", """{ "delegation": "d-1" }""");
        Reserve(First, "6");
        Add(Budget, "workload.reconciled", """{ "scope": "", "reserved": "6", "actual": "5" }""", First);
        Add(Budget, "workload.refused", $$"""{ "decision": {{Refusal(Second)}} }""", Second);
        Add(Agent, "delegation.revoked", """{ "delegation": "d-1" }""");

        Tell(CallKind.Grant, "d-1", 1, "{}");
        Tell(CallKind.Authorize, First, 2, Allowance(First));
        History.Add(Told(CallKind.Reconcile, First, 3, "{}") with { Actual = new Dictionary<string, decimal> { ["usd"] = 5m } });
        Tell(CallKind.Authorize, Second, 4, Refusal(Second));
        Tell(CallKind.Revoke, "d-1", 5, "{}");
    }

    public List<LedgerRow> Rows { get; } = [];

    public History History { get; } = new();

    public static string Allowance(string id) => $$"""{"chain":["d-1"],"id":"{{id}}","result":"ALLOWED"}""";

    public static string Refusal(string id) => $$"""{"id":"{{id}}","reasonCode":"BUDGET_EXCEEDED","result":"BLOCKED"}""";

    public void Reserve(string id, string amount, string onDemand = "[]") => Add(
        Budget, "workload.reserved", $$"""{ "scope": "", "amount": "{{amount}}", "onDemand": {{onDemand}}, "decision": {{Allowance(id)}} }""", id);

    public void Release(string id) => Add(Budget, "workload.released", """{ "scope": "", "amount": "1", "cause": "requested" }""", id);

    public void Add(string stream, string kind, string data, string? workload = null)
    {
        var text = Encoding.UTF8.GetBytes($$"""{ "kind": "{{kind}}"{{(workload is null ? "" : $", \"workload\": \"{workload}\"")}}, "data": {{data}} }""");
        var head = _heads.TryGetValue(stream, out var known) ? known : (Seq: 0, Hash: new byte[32]);
        var hash = SHA256.HashData([.. head.Hash, .. text]);
        _heads[stream] = (head.Seq + 1, hash);
        Rows.Add(new LedgerRow(Rows.Count + 1, stream, head.Seq + 1, head.Hash, hash, kind, "acme", text));
    }

    public void Tell(CallKind kind, string subject, int second, string answer) => History.Add(Told(kind, subject, second, answer));

    public static Call Told(CallKind kind, string subject, int second, string answer) => new(
        kind, "acme", "bot", subject, "silo-1", TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(second + 0.5), CallEnd.Answered, CanonicalText.Of(answer));

    public Task<AuditReport> CheckAsync(IReadOnlyList<long>? shown = null, AuditOptions? options = null) =>
        ClusterAudit.CheckAsync(Rows.ToAsyncEnumerable(), History, shown, options, TestContext.Current.CancellationToken);
}
