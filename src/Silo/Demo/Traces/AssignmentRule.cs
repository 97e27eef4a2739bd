using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Traces;

/// <summary>
/// Who makes the call of a row, with which model, and how it ends: a pure function of the row's number, so that anybody
/// can compute it from the file. It is described in docs/demo.md.
/// </summary>
internal static class AssignmentRule
{
    /// <summary>The output maximum of most calls, in tokens. No call of the Azure conversation trace produced more.</summary>
    public const long OutputTokensMax = 1_024;

    /// <summary>The output maximum of every <see cref="ShortEvery"/>th call: many of these overrun it.</summary>
    public const long ShortOutputTokensMax = 64;

    private const int ShortEvery = 27;
    private const int ReleasedEvery = 997;
    private const int UnresolvedEvery = 1_499;
    private const int LateEvery = 1_999;
    private const int AgentSlots = 100;
    private const int ModelSlots = 20;

    private static readonly ImmutableArray<(AgentId Agent, Attribution Attribution)> AgentTable = Spread<(AgentId, Attribution)>(
        AgentSlots,
        [
            .. Team("support", "helpdesk", ("ticket-triage", 12), ("ticket-answers", 9), ("refund-desk", 5), ("chat-web", 8), ("chat-app", 6)),
            .. Team("research", "library", ("paper-digest", 6), ("nlp-lab", 5), ("data-miner", 4), ("patent-watch", 3), ("eval-runner", 2)),
            .. Team("sales", "pipeline", ("lead-scoring", 5), ("offer-writer", 4), ("crm-notes", 4), ("call-notes", 4), ("market-brief", 3)),
            .. Team("platform", "toolchain", ("code-review", 6), ("doc-writer", 4), ("incident-bot", 4), ("log-summary", 3), ("release-notes", 3)),
        ]);

    private static readonly ImmutableArray<(string Provider, string Model)> ModelTable = Spread<(string, string)>(
        ModelSlots,
        [
            (("openai", "gpt-4o"), 2),
            (("openai", "gpt-4o-mini"), 4),
            (("openai", "gpt-4.1"), 2),
            (("anthropic", "claude-sonnet-4-0"), 2),
            (("anthropic", "claude-haiku-4-5"), 3),
            (("google", "gemini-2.5-flash"), 3),
            (("mistral", "mistral-large"), 2),
            (("groq", "llama-3.3-70b-versatile"), 2),
        ]);

    /// <summary>Every agent that calls are assigned to.</summary>
    public static IEnumerable<AgentId> Agents => AgentTable.Select(entry => entry.Agent).Distinct();

    /// <summary>Every model that calls are assigned to.</summary>
    public static IEnumerable<(string Provider, string Model)> Models => ModelTable.Distinct();

    /// <summary>The call with everything that the rule says about its row.</summary>
    public static AssignedCall Assign(TraceCall call)
    {
        // 7 has no divisor in common with 100, so neighbours in the trace are different agents and every slot comes up;
        // the models shift by one from hundred to hundred, so every agent uses every model.
        var (agent, attribution) = AgentTable[(int)(7L * call.Row % AgentSlots)];
        var (provider, model) = ModelTable[(call.Row + (call.Row / AgentSlots)) % ModelSlots];
        return new AssignedCall(
            call, agent, attribution, provider, model,
            call.Row % ShortEvery == 0 ? ShortOutputTokensMax : OutputTokensMax,
            EndingOf(call.Row));
    }

    private static CallEnding EndingOf(int row) =>
        row % ReleasedEvery == 0 ? CallEnding.Released
        : row % UnresolvedEvery == 0 ? CallEnding.Unresolved
        : row % LateEvery == 0 ? CallEnding.Late
        : CallEnding.Reconciled;

    private static IEnumerable<((AgentId, Attribution) Entry, int Weight)> Team(
        string team, string project, params (string Agent, int Weight)[] agents) =>
        agents.Select(agent => ((AgentId.Parse(agent.Agent), new Attribution(team, project, "production")), agent.Weight));

    private static ImmutableArray<T> Spread<T>(int slots, IEnumerable<(T Entry, int Weight)> weighted)
    {
        ImmutableArray<T> table = [.. weighted.SelectMany(item => Enumerable.Repeat(item.Entry, item.Weight))];
        return table.Length == slots
            ? table
            : throw new InvalidOperationException($"the weights add up to {table.Length}, not {slots}");
    }
}
