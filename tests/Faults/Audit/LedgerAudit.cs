using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Reads a ledger's rows as an auditor would who trusts none of the program's code: the hash chain, one decision for
/// each id, every admission against the limits of its moment; and compares them with what callers were told.
/// </summary>
public sealed class LedgerAudit
{
    private readonly Dictionary<string, (long Seq, byte[] Hash)> _heads = [];
    private readonly Dictionary<string, WorkloadTrace> _workloads = [];
    private readonly Dictionary<string, BudgetReplay> _budgets = [];
    private readonly Dictionary<string, int> _acts = [];
    private readonly List<long> _positions = [];
    private readonly List<string> _faults = [];

    /// <summary>Everything that is wrong in the ledger itself.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>How many entries were read.</summary>
    public int Entries => _positions.Count;

    /// <summary>How many streams they belong to.</summary>
    public int Streams => _heads.Count;

    /// <summary>The position that was read last; 0 at first.</summary>
    public long Position => _positions.Count == 0 ? 0 : _positions[^1];

    /// <summary>The budgets, by <c>root</c> for the only tenant, by <c>tenant/root</c> where there are several.</summary>
    public IReadOnlyDictionary<string, BudgetReplay> Budgets => _budgets;

    /// <summary>How many workloads they are about.</summary>
    public int Workloads => _workloads.Count;

    /// <summary>How many holds are open.</summary>
    public int Open => _budgets.Values.Sum(budget => budget.Count("open"));

    /// <summary>Reads all rows.</summary>
    public static async Task<LedgerAudit> ReadAsync(IAsyncEnumerable<LedgerRow> rows, CancellationToken cancellationToken)
    {
        var audit = new LedgerAudit();
        await audit.ReadOnAsync(rows, cancellationToken);
        return audit;
    }

    /// <summary>Reads further rows.</summary>
    public async Task ReadOnAsync(IAsyncEnumerable<LedgerRow> rows, CancellationToken cancellationToken)
    {
        await foreach (var row in rows.WithCancellation(cancellationToken))
            Take(row);
    }

    /// <summary>Reads the next row.</summary>
    public void Take(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Position <= Position)
            _faults.Add($"{row.Stream} #{row.Seq}: its position {row.Position} does not follow {Position}");
        _positions.Add(row.Position);
        var head = _heads.TryGetValue(row.Stream, out var known) ? known : (Seq: 0, Hash: new byte[32]);
        if (row.Seq != head.Seq + 1 || !row.Previous.AsSpan().SequenceEqual(head.Hash))
            _faults.Add($"{row.Stream} #{row.Seq}: does not follow #{head.Seq}");
        if (!SHA256.HashData([.. row.Previous, .. row.Text]).AsSpan().SequenceEqual(row.Hash))
            _faults.Add($"{row.Stream} #{row.Seq}: is not what was hashed");
        _heads[row.Stream] = (row.Seq, row.Hash);

        using var document = JsonDocument.Parse(row.Text);
        var entry = document.RootElement;
        if (!entry.TryGetProperty("data", out var data))
        {
            _faults.Add($"{row.Stream} #{row.Seq}: its text is missing");
            return;
        }

        var root = row.Stream.Split('/')[^1];
        if (row.Kind == "budget.defined")
            Budget(row.Tenant, root).Define(data.GetProperty("definition"));
        else if (row.Kind is "delegation.granted" or "delegation.revoked")
            Act(row, data.GetProperty("delegation").GetString()!);
        else if (row.Kind is "agent.suspended" or "agent.resumed")
            Act(row, root);
        if (entry.TryGetProperty("workload", out var workload) && Take(row, root, workload.GetString()!, data) is { } fault)
            _faults.Add($"{row.Stream} #{row.Seq}: {fault}");
    }

    /// <summary>Positions that a reader who followed the ledger was not shown, or was shown wrongly.</summary>
    public IEnumerable<string> FindUnseen(IReadOnlyList<long> shown)
    {
        for (var index = 1; index < shown.Count; index++)
        {
            if (shown[index] <= shown[index - 1])
                yield return $"position {shown[index]} was shown after {shown[index - 1]}";
        }

        var seen = shown.ToHashSet();
        foreach (var position in _positions.Where(position => !seen.Contains(position)))
            yield return $"position {position} was passed over by a reader who followed";
    }

    /// <summary>What was told and is not there exactly like that, once.</summary>
    /// <param name="decisions">Ids with the answers, as canonical text.</param>
    /// <param name="settlements">The settlements.</param>
    public IEnumerable<string> FindUnkept(IEnumerable<(string Id, string Answer)> decisions, IEnumerable<AcknowledgedSettlement> settlements)
    {
        foreach (var (id, answer) in decisions)
        {
            if (!_workloads.TryGetValue(id, out var trace) || trace.Decisions.Count == 0)
                yield return $"{id}: told {answer}, and there is no decision";
            else if (trace.Decisions is not [var recorded] || !Says(trace.Withdrawal ?? recorded, answer))
                yield return $"{id}: told {answer}, recorded {string.Join(" and ", trace.Decisions)}{(trace.Withdrawal is { } end ? $", withdrawn by {end}" : "")}";
        }

        foreach (var told in settlements)
        {
            var id = told.Id.ToString();
            if (!_workloads.TryGetValue(id, out var trace))
            {
                yield return $"{id}: its end was told, and nothing is recorded";
                continue;
            }

            foreach (var (root, actual) in told.Actual ?? new Dictionary<string, decimal>())
            {
                if (trace.Actuals.GetValueOrDefault(root) is not [var recorded] || recorded != actual)
                    yield return $"{id}: told {actual} in {root}, recorded {string.Join(" and ", trace.Actuals.GetValueOrDefault(root) ?? [])}";
            }

            // What was refused, or never arrived, held nothing that could be given back by its client.
            if (told.Actual is null && (trace.Decisions.Count == 0 || trace.IsAdmitted && trace.States.Keys.Any(root => trace.Releases.GetValueOrDefault(root) != 1)))
                yield return $"{id}: told released, recorded {string.Join(", ", trace.Releases)} of {string.Join(", ", trace.States)}";
        }
    }

    /// <summary>Acts of operators that were acknowledged and are not there; those that can happen once, exactly once.</summary>
    public IEnumerable<string> FindUnkeptActs(IEnumerable<Call> calls)
    {
        foreach (var (kind, tenant, subject) in calls.Where(call => call.IsAcknowledged).Select(call => (KindOf(call.Kind), call.Tenant, call.Subject)).Distinct())
        {
            if (kind is null)
                continue;
            var count = _acts.GetValueOrDefault($"{tenant} {kind} {subject}");
            if (count == 0 || count > 1 && kind.StartsWith("delegation.", StringComparison.Ordinal))
                yield return $"{kind} of {subject} was told, and is recorded {count} times";
        }
    }

    /// <summary>What holds together in no order of events, once nothing is open any more.</summary>
    /// <param name="unsure">
    /// The workloads whose client reported an end and was told nothing: one budget may know the figures and another not.
    /// </param>
    public IEnumerable<string> FindInconsistent(IReadOnlySet<string> unsure)
    {
        foreach (var (id, trace) in _workloads)
        {
            if (trace.Decisions.Count != 1)
                yield return $"{id}: {trace.Decisions.Count} decisions";
            foreach (var (root, state) in trace.States)
            {
                var isGood = trace.IsAdmitted
                    ? state is "reconciled" or "unresolved" || state == "released" && trace.Releases.ContainsKey(root)
                    : state == "released";
                if (!isGood)
                    yield return $"{id}: {(trace.IsAdmitted ? "admitted" : "not admitted")}, and {state} in {root}";
            }

            if (trace.IsAdmitted && trace.States.Values.Distinct().Count() > 1 && trace.Releases.Count == 0 && !unsure.Contains(id))
                yield return $"{id}: {string.Join(", ", trace.States)}";
        }
    }

    /// <summary>Ids that more than one entry decides.</summary>
    public IEnumerable<string> FindDecidedTwice() =>
        _workloads.Where(workload => workload.Value.Decisions.Count > 1).Select(workload => $"{workload.Key}: {workload.Value.Decisions.Count} decisions");

    private static string? KindOf(CallKind kind) => kind switch
    {
        CallKind.Grant => "delegation.granted",
        CallKind.Revoke => "delegation.revoked",
        CallKind.Suspend => "agent.suspended",
        CallKind.Resume => "agent.resumed",
        _ => null,
    };

    /// <summary>A tombstone holds no decision: whoever asks for its id is told that it was given up.</summary>
    private static bool Says(string recorded, string told) =>
        recorded.Length > 0 ? recorded == told : told.Contains($"\"reasonCode\":\"{ReasonCodes.WorkloadAbandoned}\"", StringComparison.Ordinal);

    private static decimal Figure(JsonElement data, string name) =>
        decimal.Parse(data.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static IEnumerable<string> OnDemand(JsonElement data) =>
        data.TryGetProperty("onDemand", out var scopes) && scopes.ValueKind == JsonValueKind.Array ? [.. scopes.EnumerateArray().Select(scope => scope.GetString()!)] : [];

    private void Act(LedgerRow row, string subject)
    {
        var act = $"{row.Tenant} {row.Kind} {subject}";
        _acts[act] = _acts.GetValueOrDefault(act) + 1;
    }

    private string? Take(LedgerRow row, string root, string id, JsonElement data)
    {
        if (!_workloads.TryGetValue(id, out var trace))
            _workloads.Add(id, trace = new WorkloadTrace());

        switch (row.Kind)
        {
            case "workload.reserved" or "workload.held":
                if (!trace.States.TryAdd(root, "open"))
                    return $"{id} is held for twice";
                if (row.Kind == "workload.reserved")
                {
                    trace.Decisions.Add(CanonicalText.Of(data.GetProperty("decision")));
                    trace.IsAdmitted = true;
                }

                return Budget(row.Tenant, root).Admit(id, data.GetProperty("scope").GetString()!, OnDemand(data), Figure(data, "amount"));

            case "workload.refused":
                trace.Decisions.Add(CanonicalText.Of(data.GetProperty("decision")));
                if (row.Stream.StartsWith("b/", StringComparison.Ordinal))
                    Budget(row.Tenant, root).Refuse();
                return null;

            case "workload.withdrawn":
                trace.Withdrawal = CanonicalText.Of(data.GetProperty("decision"));
                trace.IsAdmitted = false;
                trace.States[root] = "released";
                return Budget(row.Tenant, root).Become(id, "released", 0);

            case "workload.abandoned":
                trace.Decisions.Add("");
                return null;

            case "workload.reconciled":
                trace.States[root] = "reconciled";
                if (!trace.Actuals.TryGetValue(root, out var actuals))
                    trace.Actuals.Add(root, actuals = []);
                actuals.Add(Figure(data, "actual"));
                return Budget(row.Tenant, root).Become(id, "reconciled", Figure(data, "actual"));

            case "workload.unresolved":
                trace.States[root] = "unresolved";
                return Budget(row.Tenant, root).Become(id, "unresolved", Figure(data, "amount"));

            case "workload.released":
                trace.States[root] = "released";
                if (data.GetProperty("cause").GetString() == "requested")
                    trace.Releases[root] = trace.Releases.GetValueOrDefault(root) + 1;
                return Budget(row.Tenant, root).Become(id, "released", 0);

            case "workload.extended":
                return null;

            default:
                return $"{row.Kind} is nothing that this load does";
        }
    }

    private BudgetReplay Budget(string tenant, string root)
    {
        var name = _tenant is null || _tenant == tenant ? root : $"{tenant}/{root}";
        _tenant ??= tenant;
        if (!_budgets.TryGetValue(name, out var budget))
            _budgets.Add(name, budget = new BudgetReplay());
        return budget;
    }

    private string? _tenant;
}
