using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// Reads the durable ledger from the first byte on and throws at the first thing that must not be: a broken chain, an
/// admission beyond a limit, a second decision of a workload, a reservation that ends twice, an admission without money.
/// It goes on where it stopped, so that every prefix is looked at.
/// </summary>
/// <param name="disk">The ledger.</param>
/// <param name="unresolvedMax">The most unresolved holds that a tree remembers.</param>
internal sealed class LedgerAudit(SimulatedDisk disk, int unresolvedMax = int.MaxValue)
{
    private readonly Dictionary<string, (long Seq, EntryHash Hash, DateTimeOffset At)> _heads = [];
    private readonly Dictionary<string, List<(int Place, bool IsOn)>> _switched = [];
    private readonly Dictionary<string, List<(int Place, string Text)>> _defined = [];
    private int _read;

    public Dictionary<string, AuditedBudget> Budgets { get; } = [];

    public Dictionary<string, AuditedDecision> Decisions { get; } = [];

    public void Read()
    {
        var entries = disk.Entries;
        for (; _read < entries.Length; _read++)
            Take(entries[_read], _read);
    }

    /// <summary>Whether the agent, tenant or frozen scope (budget and path) was stopped at any place from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool WasStopped(string what, int from, int to) => Was(_switched.GetValueOrDefault(what, []), false, true, from, to);

    /// <summary>Whether the frozen scope was not stopped at any place from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool WasFree(string what, int from, int to) => Was(_switched.GetValueOrDefault(what, []), false, false, from, to);

    /// <summary>Whether the agent or tenant was resumed at any place from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool WasResumed(string what, int from, int to) =>
        _switched.GetValueOrDefault(what, []).Exists(change => !change.IsOn && change.Place >= from && change.Place < to);

    /// <summary>Whether the budget was so at any place from <paramref name="from"/> to <paramref name="to"/>: a definition's text, or "archived".</summary>
    public bool WasDefined(string root, string text, int from, int to) => Was(_defined.GetValueOrDefault(root, []), "", text, from, to);

    private static bool Was<T>(List<(int Place, T Value)> changes, T before, T value, int from, int to)
    {
        var now = before;
        foreach (var change in changes.Where(change => change.Place < to))
        {
            if (change.Place >= from && EqualityComparer<T>.Default.Equals(now, value))
                return true;
            now = change.Value;
        }

        return EqualityComparer<T>.Default.Equals(now, value);
    }

    private static void Note<T>(Dictionary<string, List<(int Place, T Value)>> changes, string what, int place, T value)
    {
        if (!changes.TryGetValue(what, out var list))
            changes.Add(what, list = []);
        list.Add((place, value));
    }

    private void Take(LedgerEntry entry, int place)
    {
        var stream = entry.Stream.Value;
        var head = _heads.GetValueOrDefault(stream, (0, EntryHash.None, DateTimeOffset.MinValue));
        var hash = new EntryHash(SHA256.HashData([.. entry.Previous.ToArray(), .. entry.Text.Span]));
        if (entry.Seq != head.Seq + 1 || entry.Previous != head.Hash || entry.Hash != hash)
            throw new SimulationFailedException($"{stream} #{entry.Seq}: the chain is broken or forked after #{head.Seq}");
        if (entry.At < head.At)
            throw new SimulationFailedException($"{stream} #{entry.Seq}: runs behind the entry before");
        _heads[stream] = (entry.Seq, entry.Hash, entry.At);

        using var document = JsonDocument.Parse(entry.Text);
        var text = document.RootElement;
        var data = text.GetProperty("data");
        var kind = text.GetProperty("kind").GetString()!;
        var workload = text.TryGetProperty("workload", out var about) ? about.GetString() : null;
        var subject = text.TryGetProperty("subject", out var named) ? named.GetString() : null;
        if (text.GetProperty("stream").GetString() != stream || text.GetProperty("seq").GetInt64() != entry.Seq
            || kind != entry.Kind || (workload ?? subject) != entry.Workload?.ToString() || kind.StartsWith("delegation.", StringComparison.Ordinal) != (subject is not null))
            throw new SimulationFailedException($"{stream} #{entry.Seq}: {Encoding.UTF8.GetString(entry.Text.Span)} is not what its columns say");

        if (kind is "agent.suspended" or "tenant.suspended" or "agent.resumed" or "tenant.resumed")
            Note(_switched, stream, place, kind.EndsWith("suspended", StringComparison.Ordinal));
        if (kind is "budget.frozen" or "budget.unfrozen")
            Note(_switched, $"{entry.Stream.Name}/{data.GetProperty("scope").GetString()}", place, kind == "budget.frozen");
        if (kind is "budget.defined" or "budget.archived")
            Note(_defined, entry.Stream.Name, place, kind == "budget.archived" ? "archived" : data.GetProperty("definition").GetRawText());
        if (stream.StartsWith("b/", StringComparison.Ordinal))
            Budget(entry.Stream.Name).Take(kind, workload, entry.At, data);
        if (workload is not null)
            Decide(kind, workload, data, entry.Stream.Name);
    }

    private AuditedBudget Budget(string root)
    {
        if (!Budgets.TryGetValue(root, out var budget))
            Budgets.Add(root, budget = new AuditedBudget(root, unresolvedMax));
        return budget;
    }

    private void Decide(string kind, string workload, JsonElement data, string root)
    {
        switch (kind)
        {
            case "workload.reserved":
                var decision = data.GetProperty("decision");
                var held = decision.GetProperty("reservations").EnumerateArray()
                    .Select(one => (one.GetProperty("budget").GetString()!, decimal.Parse(one.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture)))
                    .ToImmutableArray();
                foreach (var (budget, amount) in held)
                {
                    if (Budget(budget).Holds.GetValueOrDefault(workload) is not { State: "open" } hold || hold.Amount != amount)
                        throw new SimulationFailedException($"{workload} is admitted, and {budget} does not hold {amount} for it");
                }

                // The first budget that warns, in the order in which they are asked, is the one that is told of.
                var warning = held.Select(one => Budget(one.Item1).Holds[workload].Warning).FirstOrDefault(code => code is not null);
                var told = decision.TryGetProperty("reasonCode", out var code) ? code.GetString() : null;
                if (told != warning || decision.GetProperty("result").GetString() != (warning is null ? "ALLOWED" : "WARNING"))
                    throw new SimulationFailedException($"{workload} is told {decision.GetProperty("result")} {told}, and its budgets warn of {warning}");
                Decide(workload, new AuditedDecision(kind, decision.GetRawText(), true, held));
                break;

            case "workload.refused":
                Decide(workload, new AuditedDecision(kind, data.GetProperty("decision").GetRawText(), false, []));
                break;

            case "workload.abandoned":
                Decide(workload, new AuditedDecision(kind, "", false, []));
                break;

            case "usage.recorded" when !data.TryGetProperty("commitsIn", out _):
                Decide(workload, new AuditedDecision(kind, "", false, []));
                break;

            case "workload.withdrawn":
                if (Decisions.GetValueOrDefault(workload) is not { Admits: true } admitted || admitted.Held[^1].Budget != root)
                    throw new SimulationFailedException($"{workload} is withdrawn by {root}, and was not admitted there");
                Decisions[workload] = admitted with { Text = data.GetProperty("decision").GetRawText(), Admits = false, IsWithdrawn = true };
                break;
        }
    }

    private void Decide(string workload, AuditedDecision decision)
    {
        if (!Decisions.TryAdd(workload, decision))
            throw new SimulationFailedException($"{workload} is decided twice: {Decisions[workload].Kind} and {decision.Kind}");
    }
}
