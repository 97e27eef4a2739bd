using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Data.Sqlite;

namespace GenOps.ControlPlane.Silo.Tests.Faults;

/// <summary>
/// Reads the ledger's file as an auditor would who trusts none of the program's code: the hash chain, one decision for
/// each id, and every admission against the limits of its moment.
/// </summary>
public sealed class LedgerAudit(string databasePath)
{
    private readonly Dictionary<string, (long Seq, byte[] Hash)> _heads = [];
    private readonly Dictionary<string, WorkloadTrace> _workloads = [];
    private readonly Dictionary<string, BudgetReplay> _budgets = [];
    private long _position;

    /// <summary>Everything that is wrong.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>How many entries were read.</summary>
    public int Entries { get; private set; }

    /// <summary>The budgets, by root.</summary>
    public IReadOnlyDictionary<string, BudgetReplay> Budgets => _budgets;

    /// <summary>How many holds are open.</summary>
    public int Open => _budgets.Values.Sum(budget => budget.Count("open"));

    /// <summary>Reads what was added since the last time.</summary>
    public void ReadOn()
    {
        using var connection = new SqliteConnection($"Data Source={databasePath};Mode=ReadOnly;Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT position, stream, seq, prev, hash, kind, CAST(text AS BLOB) FROM ledger WHERE position > @after ORDER BY position";
        command.Parameters.AddWithValue("@after", _position);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            _position = reader.GetInt64(0);
            Entries++;
            Take(reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4),
                reader.GetString(5), reader.GetFieldValue<byte[]>(6));
        }
    }

    /// <summary>What was told and is not there exactly like that, once.</summary>
    public IEnumerable<string> FindUnkept(IEnumerable<AcknowledgedDecision> decisions, IEnumerable<AcknowledgedSettlement> settlements)
    {
        foreach (var told in decisions)
        {
            var id = told.Request.Id.ToString()!;
            if (!_workloads.TryGetValue(id, out var trace) || trace.Decisions.Count == 0)
                yield return $"{id}: told {told.Answer}, and there is no decision";
            else if (trace.Decisions is not [var recorded] || !Says(recorded, told.Answer))
                yield return $"{id}: told {told.Answer}, recorded {string.Join(" and ", trace.Decisions)}";
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

            if (told.Actual is null && (trace.States.Count == 0 || trace.States.Keys.Any(root => trace.Releases.GetValueOrDefault(root) != 1)))
                yield return $"{id}: told released, recorded {string.Join(", ", trace.Releases)} of {string.Join(", ", trace.States)}";
        }
    }

    /// <summary>What holds together in no order of events, once nothing is open any more.</summary>
    /// <param name="unsure">
    /// The workloads whose client reported an end and was told nothing: one budget may know the figures and another not.
    /// </param>
    public IEnumerable<string> FindInconsistent(IReadOnlySet<WorkloadId> unsure)
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

            if (trace.IsAdmitted && trace.States.Values.Distinct().Count() > 1 && trace.Releases.Count == 0 && !unsure.Contains(WorkloadId.Parse(id)))
                yield return $"{id}: {string.Join(", ", trace.States)}";
        }
    }

    /// <summary>A tombstone holds no decision: whoever asks for its id is told that it was given up.</summary>
    private static bool Says(string recorded, string told) =>
        recorded.Length > 0 ? recorded == told : told.Contains($"\"reasonCode\":\"{ReasonCodes.WorkloadAbandoned}\"", StringComparison.Ordinal);

    private static decimal Figure(JsonElement data, string name) =>
        decimal.Parse(data.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private void Take(string stream, long seq, byte[] previous, byte[] hash, string kind, byte[] text)
    {
        var head = _heads.TryGetValue(stream, out var known) ? known : (Seq: 0, Hash: new byte[32]);
        if (seq != head.Seq + 1 || !previous.AsSpan().SequenceEqual(head.Hash))
            Faults.Add($"{stream} #{seq}: does not follow #{head.Seq}");
        if (!SHA256.HashData([.. previous, .. text]).AsSpan().SequenceEqual(hash))
            Faults.Add($"{stream} #{seq}: is not what was hashed");
        _heads[stream] = (seq, hash);

        using var document = JsonDocument.Parse(text);
        var entry = document.RootElement;
        var data = entry.GetProperty("data");
        var root = stream.Split('/')[^1];
        if (kind == "budget.defined")
            Budget(root).Define(data.GetProperty("definition"));
        if (entry.TryGetProperty("workload", out var workload) && Take(root, kind, workload.GetString()!, data) is { } fault)
            Faults.Add($"{stream} #{seq}: {fault}");
    }

    private string? Take(string root, string kind, string id, JsonElement data)
    {
        if (!_workloads.TryGetValue(id, out var trace))
            _workloads.Add(id, trace = new WorkloadTrace());

        switch (kind)
        {
            case "workload.reserved" or "workload.held":
                trace.States.Add(root, "open");
                if (kind == "workload.reserved")
                {
                    trace.Decisions.Add(CanonicalText.Of(data.GetProperty("decision")));
                    trace.IsAdmitted = true;
                }

                return Budget(root).Admit(id, data.GetProperty("scope").GetString()!, Figure(data, "amount"));

            case "workload.refused":
                trace.Decisions.Add(CanonicalText.Of(data.GetProperty("decision")));
                Budget(root).Refuse();
                return null;

            case "workload.abandoned":
                trace.Decisions.Add("");
                return null;

            case "workload.reconciled":
                trace.States[root] = "reconciled";
                if (!trace.Actuals.TryGetValue(root, out var actuals))
                    trace.Actuals.Add(root, actuals = []);
                actuals.Add(Figure(data, "actual"));
                return Budget(root).Become(id, "reconciled", Figure(data, "actual"));

            case "workload.unresolved":
                trace.States[root] = "unresolved";
                return Budget(root).Become(id, "unresolved", Figure(data, "amount"));

            case "workload.released":
                trace.States[root] = "released";
                if (data.GetProperty("cause").GetString() == "requested")
                    trace.Releases[root] = trace.Releases.GetValueOrDefault(root) + 1;
                return Budget(root).Become(id, "released", 0);

            case "workload.extended":
                return null;

            default:
                return $"{kind} is nothing that this load does";
        }
    }

    private BudgetReplay Budget(string root)
    {
        if (!_budgets.TryGetValue(root, out var budget))
            _budgets.Add(root, budget = new BudgetReplay());
        return budget;
    }
}
