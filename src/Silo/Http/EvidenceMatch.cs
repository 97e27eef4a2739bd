using System.Text.Json;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>What the ledger has no index for: looked up in the entries' text.</summary>
/// <param name="Agent">About this agent; null for any.</param>
/// <param name="Result">Decisions with this result; null for every entry.</param>
internal sealed record EvidenceMatch(AgentId? Agent, DecisionResult? Result)
{
    /// <summary>Whether every entry matches.</summary>
    public bool IsAny => Agent is null && Result is null;

    /// <summary>Whether <paramref name="entry"/> does.</summary>
    public bool Matches(LedgerEntry entry)
    {
        if (IsAny)
            return true;

        using var document = JsonDocument.Parse(entry.Text);
        var data = Member(document.RootElement, "data");
        return (Agent is not { } agent || IsAbout(entry, data, agent.Value))
            && (Result is not { } result || Text(Member(Member(data, "decision"), "result")) == result.Text());
    }

    private static bool IsAbout(LedgerEntry entry, JsonElement? data, string agent) =>
        entry.Stream.Value.StartsWith("a/", StringComparison.Ordinal) && entry.Stream.Name == agent
        || Text(Member(data, "agent")) == agent
        || Text(Member(Member(data, "request"), "agent")) == agent
        || Text(Member(Member(data, "report"), "agent")) == agent;

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } there && there.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
