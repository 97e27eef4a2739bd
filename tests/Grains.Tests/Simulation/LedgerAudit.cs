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
internal sealed class LedgerAudit(SimulatedDisk disk)
{
    private readonly Dictionary<string, (long Seq, EntryHash Hash, DateTimeOffset At)> _heads = [];
    private int _read;

    public Dictionary<string, AuditedBudget> Budgets { get; } = [];

    public Dictionary<string, AuditedDecision> Decisions { get; } = [];

    /// <summary>Each change of an agent or the tenant between active and suspended, with its place in the ledger.</summary>
    public List<(int Place, string Stream, bool Suspended)> Suspensions { get; } = [];

    public void Read()
    {
        var entries = disk.Entries;
        for (; _read < entries.Length; _read++)
            Take(entries[_read], _read);
    }

    /// <summary>Whether the stream was suspended at any place from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool WasSuspended(string stream, int from, int to)
    {
        var suspended = false;
        foreach (var change in Suspensions.Where(change => change.Stream == stream && change.Place < to))
        {
            if (change.Place >= from && suspended)
                return true;
            suspended = change.Suspended;
        }

        return suspended;
    }

    /// <summary>Whether the stream was resumed at any place from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool WasResumed(string stream, int from, int to) =>
        Suspensions.Exists(change => change.Stream == stream && !change.Suspended && change.Place >= from && change.Place < to);

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
        if (text.GetProperty("stream").GetString() != stream || text.GetProperty("seq").GetInt64() != entry.Seq
            || kind != entry.Kind || workload != entry.Workload?.ToString())
            throw new SimulationFailedException($"{stream} #{entry.Seq}: {Encoding.UTF8.GetString(entry.Text.Span)} is not what its columns say");

        if (kind is "agent.suspended" or "tenant.suspended" or "agent.resumed" or "tenant.resumed")
            Suspensions.Add((place, stream, kind.EndsWith("suspended", StringComparison.Ordinal)));
        if (stream.StartsWith("b/", StringComparison.Ordinal))
            Budget(entry.Stream.Name).Take(kind, workload, entry.At, data);
        if (workload is not null)
            Decide(kind, workload, data, entry.Stream.Name);
    }

    private AuditedBudget Budget(string root)
    {
        if (!Budgets.TryGetValue(root, out var budget))
            Budgets.Add(root, budget = new AuditedBudget(root));
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
