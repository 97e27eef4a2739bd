using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Reports;

/// <summary>An entry that moves money, as far as it does.</summary>
/// <param name="Stream">Whose entry it is.</param>
/// <param name="Seq">Its number in the stream.</param>
/// <param name="Effect">How it moves money.</param>
/// <param name="Workload">The workload; null for an adjustment.</param>
/// <param name="At">When it was written.</param>
/// <param name="Data">The amounts and what they are for.</param>
internal readonly record struct SpendEntry(
    StreamId Stream, long Seq, SpendEffect Effect, WorkloadId? Workload, DateTimeOffset At, SpendData Data)
{
    private static readonly FrozenDictionary<string, SpendEffect> Effects = new Dictionary<string, SpendEffect>
    {
        ["workload.reserved"] = SpendEffect.Hold,
        ["workload.held"] = SpendEffect.Hold,
        ["workload.reconciled"] = SpendEffect.Reconcile,
        ["workload.unresolved"] = SpendEffect.LeaveUnresolved,
        ["workload.released"] = SpendEffect.Release,
        ["workload.withdrawn"] = SpendEffect.Withdraw,
        ["usage.recorded"] = SpendEffect.Use,
        ["budget.adjusted"] = SpendEffect.Adjust,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Kinds of which it is known that they move no money; any other is an error, because figures would be wrong.</summary>
    private static readonly FrozenSet<string> WithoutEffect =
    [
        "budget.defined", "budget.archived", "budget.frozen", "budget.unfrozen", "budget.written_off", "budget.alerted", "budget.link_limited",
        "workload.refused", "workload.rate_limited_summary", "workload.extended", "workload.abandoned",

        // What waits for a person is no work yet: it is reported once the workload that is allowed on it holds it.
        "approval.held", "approval.released",
    ];

    /// <summary>The instant whose windows it changes.</summary>
    public DateTimeOffset Instant => Effect switch
    {
        SpendEffect.Hold or SpendEffect.Adjust => At,
        SpendEffect.Use => Data.ChargedAt ?? At,
        _ => Data.ReservedAt ?? throw Broken("when it was reserved"),
    };

    /// <summary>The scope charged.</summary>
    public ScopePath Scope => Data.Scope ?? throw Broken("its scope");

    /// <summary>The agent that acted.</summary>
    public AgentId? Agent => Data.Agent ?? Data.Request?.Agent ?? Data.Report?.Agent;

    /// <summary>What spend is summed by, beside the agent; empty where the entry is older than these members.</summary>
    public SpendAttributes Attributes =>
        Data.Attributes ?? (Data.Request ?? Data.Report)?.Attributes ?? new SpendAttributes(null, null, null, null);

    /// <summary>Reads an entry of a budget's stream; null if it moves no money.</summary>
    /// <exception cref="InvalidDataException">The text is broken.</exception>
    /// <exception cref="UnavailableException"><c>build_too_old</c>: the text is whole, and only a later build can read it.</exception>
    public static SpendEntry? Read(LedgerEntry entry)
    {
        if (!Effects.TryGetValue(entry.Kind, out var effect))
        {
            return WithoutEffect.Contains(entry.Kind)
                ? null
                : throw EntryText.UnknownKind(entry, $"this build can't tell what entries of kind '{entry.Kind}' spend");
        }

        try
        {
            var (version, data) = JsonSerializer.Deserialize<Envelope>(entry.Text.Span, EntryText.ReadOptions)!;
            EntryText.RequireVersion(entry, version);

            // A temporary raise changes what may be spent, and not what is.
            return effect == SpendEffect.Adjust && data.Until is not null
                ? null
                : new SpendEntry(entry.Stream, entry.Seq, effect, entry.Workload, entry.At, data);
        }
        catch (JsonException error)
        {
            throw EntryText.Unreadable(entry, error);
        }
    }

    /// <summary>What to throw when it does not say what it must.</summary>
    public InvalidDataException Broken(string missing) => new($"{Stream} #{Seq}: the entry does not say {missing}");

    private sealed record Envelope([property: JsonPropertyName("v")] int Version, SpendData Data);
}
