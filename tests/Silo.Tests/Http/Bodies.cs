namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>Bodies of requests.</summary>
public static class Bodies
{
    public const string Operation = """{ "name": "answer ticket", "type": "inference" }""";

    public const string Attribution = """{ "team": "support", "project": "helpdesk", "environment": "production" }""";

    public const string Estimate = """{ "inputTokens": 100, "maxOutputTokens": 100 }""";

    /// <summary>A good request with <paramref name="more"/> members.</summary>
    public static string Workload(string more = "", string agent = "\"bot\"", string operation = Operation, string attribution = Attribution, string? estimate = Estimate) =>
        $$"""
        { "agent": {{agent}}, "operation": {{operation}}, "attribution": {{attribution}}, "provider": "openai", "model": "gpt-4o"{{
            (estimate is null ? "" : $", \"estimate\": {estimate}")}}{{(more.Length == 0 ? "" : $", {more}")}} }
        """;

    /// <summary>All of Maria's authority, for an agent.</summary>
    public static string Delegation(string agent) => $$"""{ "from": "user:maria", "to": "agent:{{agent}}" }""";

    /// <summary>A good report of spend with <paramref name="more"/> members.</summary>
    public static string Usage(string more) =>
        $$"""{ "agent": "bot", "operation": {{Operation}}, "attribution": {{Attribution}}, "model": "gpt-4o", "why": "external", {{more}} }""";
}
