namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class BadRequestTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string T = "/v1/tenants/acme";
    private const string W = $"{T}/workloads";
    private const string Open = $"{W}/{SharedNode.OpenWorkload}";

    /// <summary>Name, method, path, body, status, code, field.</summary>
    public static TheoryData<string, string, string, string?, int, string, string?> BadRequests { get; } = new()
    {
        // Not JSON, or not the JSON that is asked for.
        { "empty body", "POST", W, "", 400, "invalid_request", "body" },
        { "malformed", "POST", W, "{ \"agent\": ", 400, "invalid_request", "body" },
        { "trailing text", "POST", W, Bodies.Workload() + " x", 400, "invalid_request", "body" },
        { "trailing comma", "PUT", $"{T}/agents/a", "{ \"budgets\": [], }", 400, "invalid_request", "body" },
        { "comment", "PUT", $"{T}/agents/a", "{ /* none */ }", 400, "invalid_request", "body" },
        { "single quotes", "PUT", $"{T}/agents/a", "{ 'budgets': [] }", 400, "invalid_request", "body" },
        { "null", "POST", W, "null", 400, "invalid_request", "body" },
        { "a list", "POST", W, "[]", 400, "invalid_request", "body" },
        { "a string", "PUT", T, "\"acme\"", 400, "invalid_request", "body" },
        { "a number", "PUT", $"{T}/budgets/b", "1", 400, "invalid_request", "body" },
        { "too deep", "POST", W, new string('[', 100) + new string(']', 100), 400, "invalid_request", "body" },
        { "too deep budget", "PUT", $"{T}/budgets/b", Deep(70), 400, "invalid_request", "body" },
        { "too large", "POST", W, Bodies.Workload($"\"region\": \"{new string('x', 1 << 20)}\""), 413, "too_large", null },

        // Missing, unknown, doubled, wrong type.
        { "no fields", "POST", W, "{}", 400, "invalid_request", "agent" },
        { "no operation", "POST", W, """{ "agent": "bot", "attribution": {} }""", 400, "invalid_request", "operation" },
        { "no operation type", "POST", W, Bodies.Workload(operation: """{ "name": "x" }"""), 400, "invalid_request", "operation.type" },
        { "no attribution", "POST", W, $$"""{ "agent": "bot", "operation": {{Bodies.Operation}} }""", 400, "invalid_request", "attribution" },
        { "no team", "POST", W, Bodies.Workload(attribution: """{ "project": "p", "environment": "e" }"""), 400, "invalid_request", "attribution.team" },
        { "null team", "POST", W, Bodies.Workload(attribution: """{ "team": null, "project": "p", "environment": "e" }"""), 400, "invalid_request", "attribution.team" },
        { "empty team", "POST", W, Bodies.Workload(attribution: """{ "team": "", "project": "p", "environment": "e" }"""), 400, "invalid_request", "attribution.team" },
        { "blank project", "POST", W, Bodies.Workload(attribution: """{ "team": "t", "project": "  ", "environment": "e" }"""), 400, "invalid_request", "attribution.project" },
        { "unknown field", "POST", W, Bodies.Workload("\"budget\": \"usd\""), 400, "invalid_request", "budget" },
        { "unknown nested field", "POST", W, Bodies.Workload(attribution: """{ "team": "t", "project": "p", "environment": "e", "Team": "x" }"""), 400, "invalid_request", "attribution.Team" },
        { "doubled field", "POST", W, Bodies.Workload("\"agent\": \"bot\""), 400, "invalid_request", "agent" },
        { "agent is a number", "POST", W, Bodies.Workload(agent: "5"), 400, "invalid_request", "agent" },
        { "agent is null", "POST", W, Bodies.Workload(agent: "null"), 400, "invalid_request", "agent" },
        { "agent in capitals", "POST", W, Bodies.Workload(agent: "\"Bot\""), 400, "invalid_request", "agent" },
        { "agent too long", "POST", W, Bodies.Workload(agent: $"\"{new string('a', 129)}\""), 400, "invalid_request", "agent" },
        { "agent with a slash", "POST", W, Bodies.Workload(agent: "\"a/b\""), 400, "invalid_request", "agent" },
        { "agent empty", "POST", W, Bodies.Workload(agent: "\"\""), 400, "invalid_request", "agent" },
        { "operation is a string", "POST", W, Bodies.Workload(operation: "\"x\""), 400, "invalid_request", "operation" },
        { "operation of unknown type", "POST", W, Bodies.Workload(operation: """{ "name": "x", "type": "guess" }"""), 400, "invalid_request", "operation.type" },
        { "ttl in quotes", "POST", W, Bodies.Workload("\"ttlSeconds\": \"60\""), 400, "invalid_request", "ttlSeconds" },
        { "ttl zero", "POST", W, Bodies.Workload("\"ttlSeconds\": 0"), 400, "invalid_request", "ttlSeconds" },
        { "ttl too long", "POST", W, Bodies.Workload("\"ttlSeconds\": 86401"), 400, "invalid_request", "ttlSeconds" },
        { "ttl with a fraction", "POST", W, Bodies.Workload("\"ttlSeconds\": 1.5"), 400, "invalid_request", "ttlSeconds" },
        { "ttl beyond int", "POST", W, Bodies.Workload("\"ttlSeconds\": 99999999999"), 400, "invalid_request", "ttlSeconds" },
        { "negative minEpoch", "POST", W, Bodies.Workload("\"minEpoch\": -1"), 400, "invalid_request", "minEpoch" },
        { "no latency target", "POST", W, Bodies.Workload("\"sla\": { \"tier\": \"gold\" }"), 400, "invalid_request", "sla.latencyTargetMs" },
        { "negative latency target", "POST", W, Bodies.Workload("\"sla\": { \"tier\": \"gold\", \"latencyTargetMs\": -1 }"), 400, "invalid_request", "sla.latencyTargetMs" },
        { "classification is a number", "POST", W, Bodies.Workload("\"dataClassifications\": [ \"pii\", 1 ]"), 400, "invalid_request", "dataClassifications[1]" },
        { "classification is a string", "POST", W, Bodies.Workload("\"dataClassifications\": \"pii\""), 400, "invalid_request", "dataClassifications" },
        { "too many classifications", "POST", W, Bodies.Workload($"\"dataClassifications\": [{string.Join(',', Enumerable.Repeat("\"x\"", 33))}]"), 400, "invalid_request", "dataClassifications" },
        { "parameter is an object", "POST", W, Bodies.Workload("\"parameters\": { \"a\": {} }"), 400, "invalid_request", "parameters.a" },
        { "parameter 1e999", "POST", W, Bodies.Workload("\"parameters\": { \"a\": 1e999 }"), 400, "invalid_request", "parameters.a" },

        // Text that is not text.
        { "control character", "POST", W, Bodies.Workload(@"""region"": ""a\u0000b"""), 400, "invalid_request", "region" },
        { "line break", "POST", W, Bodies.Workload(@"""tool"": ""a\nb"""), 400, "invalid_request", "tool" },
        { "lone high surrogate", "POST", W, Bodies.Workload(@"""region"": ""\ud800"""), 400, "invalid_request", "region" },
        { "lone low surrogate", "POST", W, Bodies.Workload(operation: @"{ ""name"": ""\udc00x"", ""type"": ""inference"" }"), 400, "invalid_request", "operation.name" },
        { "lone surrogate in a name", "POST", W, Bodies.Workload(@"""parameters"": { ""\ud800"": 1 }"), 400, "invalid_request", "parameters" },
        { "lone surrogate as a field", "POST", W, Bodies.Workload(@"""\ud800"": 1"), 400, "invalid_request", "body" },
        { "attribute too long", "POST", W, Bodies.Workload($"\"region\": \"{new string('é', 129)}\""), 400, "invalid_request", "region" },

        // Ids.
        { "id is no UUID", "POST", W, Bodies.Workload("\"id\": \"1\""), 400, "invalid_id", "id" },
        { "id is a UUIDv4", "POST", W, Bodies.Workload("\"id\": \"9c5b94b1-35ad-49bb-b118-8e8fc24abf80\""), 400, "invalid_id", "id" },
        { "id is from the future", "POST", W, Bodies.Workload("\"id\": \"0fffa5f0-7c3b-7d21-9d3e-3b1f6a7c8d90\""), 400, "invalid_id", "id" },
        { "id in the path is no UUID", "GET", $"{W}/1", null, 400, "invalid_id", "id" },

        // Numbers and amounts.
        { "negative tokens", "POST", W, Bodies.Workload(estimate: """{ "inputTokens": -1, "maxOutputTokens": 1 }"""), 400, "invalid_request", "estimate.inputTokens" },
        { "NaN tokens", "POST", W, Bodies.Workload(estimate: """{ "inputTokens": NaN }"""), 400, "invalid_request", "body" },
        { "NaN in quotes", "POST", W, Bodies.Workload(estimate: """{ "inputTokens": "NaN" }"""), 400, "invalid_request", "estimate.inputTokens" },
        { "1e999 tokens", "POST", W, Bodies.Workload(estimate: """{ "inputTokens": 1e999 }"""), 400, "invalid_request", "estimate.inputTokens" },
        { "too many tokens", "POST", W, Bodies.Workload(estimate: """{ "inputTokens": 1000000000001, "maxOutputTokens": 1 }"""), 400, "invalid_request", "estimate.inputTokens" },
        { "unknown estimate", "POST", W, Bodies.Workload(estimate: """{ "outputTokens": 1 }"""), 400, "invalid_request", "estimate.outputTokens" },
        { "estimate is a number", "POST", W, Bodies.Workload(estimate: "5"), 400, "invalid_request", "estimate" },
        { "no estimate", "POST", W, Bodies.Workload(estimate: null), 400, "estimate_required", "estimate.inputTokens" },
        { "amount is a number", "POST", W, Bodies.Workload(estimate: """{ "amount": 0.01, "unit": "USD" }"""), 400, "invalid_request", "estimate.amount" },
        { "negative amount", "POST", W, Bodies.Workload(estimate: """[ { "amount": "-0.01", "unit": "USD" } ]"""), 400, "invalid_request", "estimate[0].amount" },
        { "13 decimals", "POST", W, Bodies.Workload(estimate: """{ "amount": "0.0000000000001", "unit": "USD" }"""), 400, "invalid_request", "estimate.amount" },
        { "amount with an exponent", "POST", W, Bodies.Workload(estimate: """{ "amount": "1e999", "unit": "USD" }"""), 400, "invalid_request", "estimate.amount" },
        { "amount NaN", "POST", W, Bodies.Workload(estimate: """{ "amount": "NaN", "unit": "USD" }"""), 400, "invalid_request", "estimate.amount" },
        { "amount with 19 digits", "POST", W, Bodies.Workload(estimate: """{ "amount": "1000000000000000000", "unit": "USD" }"""), 400, "invalid_request", "estimate[0].amount" },
        { "amount without unit", "POST", W, Bodies.Workload(estimate: """{ "amount": "1" }"""), 400, "invalid_request", "estimate.unit" },
        { "unknown currency", "POST", W, Bodies.Workload(estimate: """{ "amount": "1", "unit": "XYZ" }"""), 400, "invalid_request", "estimate.unit" },
        { "unit of no bound budget", "POST", W, Bodies.Workload(estimate: """{ "amount": "1", "unit": "EUR" }"""), 400, "unit_mismatch", "estimate" },
        { "unit twice", "POST", W, Bodies.Workload(estimate: """[ { "amount": "1", "unit": "USD" }, { "amount": "2", "unit": "USD" } ]"""), 400, "invalid_request", "estimate[1].unit" },

        // What follows a workload.
        { "reconcile negative", "POST", $"{Open}/reconcile", """{ "usage": { "inputTokens": 1, "outputTokens": -1 } }""", 400, "invalid_request", "usage.outputTokens" },
        { "reconcile half a usage", "POST", $"{Open}/reconcile", """{ "usage": { "inputTokens": 1 } }""", 400, "invalid_request", "usage.outputTokens" },
        { "reconcile more cached than input", "POST", $"{Open}/reconcile", """{ "usage": { "inputTokens": 1, "outputTokens": 1, "cacheReadTokens": 2 } }""", 400, "invalid_request", "usage.inputTokens" },
        { "reconcile unknown outcome", "POST", $"{Open}/reconcile", """{ "outcome": "won" }""", 400, "invalid_request", "outcome" },
        { "reconcile outcome by number", "POST", $"{Open}/reconcile", """{ "outcome": 1 }""", 400, "invalid_request", "outcome" },
        { "reconcile negative amount", "POST", $"{Open}/reconcile", """{ "actual": [ { "amount": "-1", "unit": "USD" } ] }""", 400, "invalid_request", "actual[0].amount" },
        { "reconcile negative latency", "POST", $"{Open}/reconcile", """{ "latencyMs": -5 }""", 400, "invalid_request", "latencyMs" },
        { "extend without ttl", "POST", $"{Open}/extend", "{}", 400, "invalid_request", "ttlSeconds" },
        { "extend by nothing", "POST", $"{Open}/extend", """{ "ttlSeconds": 0 }""", 400, "invalid_request", "ttlSeconds" },
        { "release with a number", "POST", $"{Open}/release", """{ "reason": 5 }""", 400, "invalid_request", "reason" },
        { "usage without why", "POST", $"{T}/usage", $$"""{ "agent": "bot", "operation": {{Bodies.Operation}}, "attribution": {{Bodies.Attribution}} }""", 400, "invalid_request", "why" },
        { "usage of 13 decimals", "POST", $"{T}/usage", Bodies.Usage("""  "actual": [ { "amount": "0.0000000000001", "unit": "USD" } ] """), 400, "invalid_request", "actual[0].amount" },
        { "usage at no time", "POST", $"{T}/usage", Bodies.Usage(""" "occurredAt": "yesterday" """), 400, "invalid_request", "occurredAt" },

        // Budgets, agents, tenants, keys.
        { "budget without unit", "PUT", $"{T}/budgets/b", """{ "limit": "5" }""", 400, "invalid_request", "unit" },
        { "budget of unknown unit", "PUT", $"{T}/budgets/b", """{ "unit": "Dollars" }""", 400, "invalid_request", "unit" },
        { "budget limit is a number", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "limit": 5 }""", 400, "invalid_request", "limit" },
        { "budget negative limit", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "limit": "-5" }""", 400, "invalid_request", "limit" },
        { "budget unknown period", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "limit": "5", "period": "fortnight" }""", 400, "invalid_request", "period" },
        { "budget mistyped limit", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "limitt": "5" }""", 400, "invalid_request", "limitt" },
        { "budget limit without period", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "limits": [ { "limit": "5" } ] }""", 400, "invalid_request", "limits[0].period" },
        { "budget unknown time zone", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "timeZone": "Mars/Olympus" }""", 400, "invalid_request", "timeZone" },
        { "budget bad child name", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "children": { "NLP": {} } }""", 400, "invalid_request", null },
        { "budget bad child limit", "PUT", $"{T}/budgets/b", """{ "unit": "USD", "children": { "nlp": { "limit": 1 } } }""", 400, "invalid_request", "children.nlp.limit" },
        { "budget bad name", "PUT", $"{T}/budgets/B", """{ "unit": "USD" }""", 400, "invalid_request", "root" },
        { "budget bad scope", "GET", $"{T}/budgets/usd?scope=a//b", null, 400, "invalid_request", "scope" },
        { "agent bad name", "PUT", $"{T}/agents/Bot", "{}", 400, "invalid_request", "agent" },
        { "agent budget without root", "PUT", $"{T}/agents/a", """{ "budgets": [ { "scope": "nlp" } ] }""", 400, "invalid_request", "budgets[0].root" },
        { "agent too many budgets", "PUT", $"{T}/agents/a", $$"""{ "budgets": [{{string.Join(',', Enumerable.Range(0, 9).Select(i => $"{{\"root\":\"b{i}\"}}"))}}] }""", 400, "invalid_request", "budgets" },
        { "tenant bad name", "PUT", "/v1/tenants/Acme", "{}", 400, "invalid_request", "tenant" },
        { "tenant name is a number", "PUT", T, """{ "displayName": 5 }""", 400, "invalid_request", "displayName" },
        { "key of unknown role", "POST", $"{T}/keys", """{ "role": "root", "principal": "user:a" }""", 400, "invalid_request", "role" },
        { "key without principal", "POST", $"{T}/keys", """{ "role": "service" }""", 400, "invalid_request", "principal" },
        { "key of no principal", "POST", $"{T}/keys", """{ "role": "service", "principal": "maria" }""", 400, "invalid_request", "principal" },
        { "key that expires at no time", "POST", $"{T}/keys", """{ "role": "service", "principal": "user:a", "expiresAt": "soon" }""", 400, "invalid_request", "expiresAt" },

        // Paths and queries.
        { "unknown parameter", "GET", $"{T}/evidence?agnet=bot", null, 400, "invalid_request", "agnet" },
        { "parameter twice", "GET", $"{T}/agents?limit=1&limit=2", null, 400, "invalid_request", "limit" },
        { "limit zero", "GET", $"{T}/agents?limit=0", null, 400, "invalid_request", "limit" },
        { "limit too large", "GET", $"{T}/evidence?limit=1001", null, 400, "invalid_request", "limit" },
        { "limit is a word", "GET", $"{T}/budgets?limit=ten", null, 400, "invalid_request", "limit" },
        { "dryRun is a number", "POST", $"{W}?dryRun=1", Bodies.Workload(), 400, "invalid_request", "dryRun" },
        { "foreign cursor", "GET", $"{T}/evidence?cursor=abc", null, 400, "invalid_request", "cursor" },
        { "unknown result", "GET", $"{T}/evidence?result=MAYBE", null, 400, "invalid_request", "result" },
        { "time without a zone", "GET", $"{T}/evidence?from=2026-11-23", null, 400, "invalid_request", "from" },
        { "times the wrong way round", "GET", $"{T}/evidence?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", null, 400, "invalid_request", "to" },
        { "state that is not listed", "GET", $"{W}?state=reconciled", null, 400, "invalid_request", "state" },
        { "query of broken UTF-8", "GET", $"{T}/agents?after=%ff", null, 400, "invalid_request", "query" },
        { "quote without model", "GET", $"{T}/prices/quote?inputTokens=1", null, 400, "invalid_request", "model" },
        { "quote of negative tokens", "GET", $"{T}/prices/quote?model=gpt-4o&inputTokens=-1", null, 400, "invalid_request", "inputTokens" },
        { "quote in a currency that is none", "GET", $"{T}/prices/quote?model=gpt-4o&inputTokens=1&currency=tokens", null, 400, "invalid_request", "currency" },
        { "prices are no list", "PUT", $"{T}/prices", "{}", 400, "invalid_request", "body" },
        { "price is null", "PUT", $"{T}/prices", "[null]", 400, "invalid_request", "[0]" },
        { "price without a model", "PUT", $"{T}/prices", """[ { "inputPerMillion": "1", "outputPerMillion": "1", "currency": "USD" } ]""", 400, "invalid_request", "[0].model" },
        { "price without output", "PUT", $"{T}/prices", """[ { "model": "m", "inputPerMillion": "1", "currency": "USD" } ]""", 400, "invalid_request", "[0].outputPerMillion" },
        { "price is a number", "PUT", $"{T}/prices", """[ { "model": "m", "inputPerMillion": 1, "outputPerMillion": "1", "currency": "USD" } ]""", 400, "invalid_request", "[0].inputPerMillion" },
        { "price of unknown field", "PUT", $"{T}/prices", """[ { "model": "m", "inputPerMillion": "1", "outputPerMillion": "1", "currency": "USD", "output": "1" } ]""", 400, "invalid_request", "[0].output" },
        { "negative price", "PUT", $"{T}/prices", $"[ {Price("a", "1")}, {Price("b", "1")}, {Price("c", "1")}, {Price("d", "-1")} ]", 400, "invalid_request", "[3].inputPerMillion" },
        { "price too high", "PUT", $"{T}/prices", $"[ {Price("a", "100000000000.1")} ]", 400, "invalid_request", "[0].inputPerMillion" },
        { "price of too many decimals", "PUT", $"{T}/prices", $"[ {Price("a", "0.0000000000001")} ]", 400, "invalid_request", "[0].inputPerMillion" },
        { "price in tokens", "PUT", $"{T}/prices", $"[ {Price("a", "1", "tokens")} ]", 400, "invalid_request", "[0].currency" },
        { "price in no currency", "PUT", $"{T}/prices", $"[ {Price("a", "1", "XYZ")} ]", 400, "invalid_request", "[0].currency" },
        { "price given twice", "PUT", $"{T}/prices", $"[ {Price("a*", "1")}, {Price("A*", "2")} ]", 400, "invalid_request", "[1].model" },
        { "price of a long name", "PUT", $"{T}/prices", $"[ {Price(new string('a', 257), "1")} ]", 400, "invalid_request", "[0].model" },
        { "prices of all tenants", "PUT", "/v1/tenants/~/prices", "[]", 400, "invalid_request", "tenant" },
        { "prices of an unknown tenant", "PUT", "/v1/tenants/nobody/prices", "[]", 404, "tenant_not_found", null },
        { "rate of nothing", "PUT", $"{T}/exchange-rates", """[ { "from": "USD", "to": "EUR", "rate": "0" } ]""", 400, "invalid_request", "[0].rate" },
        { "rate without to", "PUT", $"{T}/exchange-rates", """[ { "from": "USD", "rate": "1" } ]""", 400, "invalid_request", "[0].to" },
        { "rate to itself", "PUT", $"{T}/exchange-rates", """[ { "from": "USD", "to": "USD", "rate": "1" } ]""", 400, "invalid_request", "[0].to" },
        { "quote of an unknown model", "GET", $"{T}/prices/quote?provider=openai&model=gpt-400", null, 404, "price_unknown", null },

        // What is not there.
        { "unknown path", "GET", "/v2/tenants", null, 404, "not_found", null },
        { "wrong method", "PATCH", T, "{}", 405, "method_not_allowed", null },
        { "unknown tenant", "GET", "/v1/tenants/nobody/budgets", null, 404, "tenant_not_found", null },
        { "unknown tenant, bad body", "POST", "/v1/tenants/nobody/workloads", "{", 404, "tenant_not_found", null },
        { "unknown agent", "POST", W, Bodies.Workload(agent: "\"nobody\""), 404, "agent_not_found", null },
        { "unknown agent suspended", "POST", $"{T}/agents/nobody/suspend", null, 404, "agent_not_found", null },
        { "unknown budget", "GET", $"{T}/budgets/none", null, 404, "budget_not_found", null },
        { "unknown workload", "GET", $"{W}/0199a5f0-7c3b-7d21-9d3e-000000000000", null, 404, "workload_not_found", null },
        { "unknown workload reconciled", "POST", $"{W}/0199a5f0-7c3b-7d21-9d3e-000000000000/reconcile", "{}", 404, "workload_not_found", null },
        { "unknown key revoked", "DELETE", $"{T}/keys/000000000000", null, 404, "key_not_found", null },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Api_BadRequest_NamesTheFieldAndWritesNothing(
        string name, string method, string path, string? body, int status, string code, string? field)
    {
        var before = await shared.Node.CountEntriesAsync();

        var answer = await shared.Node.SendAsync(method, path, body);

        Assert.True(status == answer.Status, $"{name}: {answer.Status} {answer.Text}");
        Assert.Equal("application/problem+json", answer.MediaType);
        Assert.Equal(code, answer["code"]);
        Assert.Equal($"urn:genops:problem:{code}", answer["type"]);
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(answer["title"]));
        Assert.False(string.IsNullOrWhiteSpace(answer["detail"]));
        if (field is not null)
        {
            Assert.Equal(field, answer["field"]);
            Assert.StartsWith(field, answer["detail"], StringComparison.Ordinal);
        }

        Assert.Equal(before, await shared.Node.CountEntriesAsync());
    }

    [Fact]
    public void BadRequests_Table_HoldsAtLeastSixtyDifferentOnes() =>
        Assert.True(BadRequests.Select(row => row.Data.Item1).Distinct().Count() >= 60);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Api_BodyOfAnotherMediaType_Is415(string? mediaType)
    {
        var answer = await shared.Node.SendAsync("POST", W, Bodies.Workload(), mediaType: mediaType);

        Assert.Equal(415, answer.Status);
        Assert.Equal("unsupported_media_type", answer["code"]);
    }

    [Theory]
    [InlineData("agent", "agent: must be a string")]
    [InlineData("malformed", "body: is not well-formed JSON at line 2, byte 12")]
    [InlineData("case", "Agent: is not a known field; did you mean agent?")]
    [InlineData("enum", "outcome: must be one of succeeded, failed, unknown")]
    public async Task Api_BadBody_IsExplainedInPlainWords(string kind, string detail)
    {
        var answer = kind switch
        {
            "agent" => await shared.Node.SendAsync("POST", W, Bodies.Workload(agent: "true")),
            "malformed" => await shared.Node.SendAsync("POST", W, "{\n  \"agent\": bot }"),
            "case" => await shared.Node.SendAsync("POST", W, """{ "Agent": "bot" }"""),
            _ => await shared.Node.SendAsync("POST", $"{Open}/reconcile", """{ "outcome": "won" }"""),
        };

        Assert.Equal(detail, answer["detail"]);
    }

    private static string Price(string model, string input, string currency = "USD") =>
        $$"""{ "model": "{{model}}", "inputPerMillion": "{{input}}", "outputPerMillion": "1", "currency": "{{currency}}" }""";

    private static string Deep(int levels) =>
        "{ \"unit\": \"USD\"" + string.Concat(Enumerable.Repeat(", \"children\": { \"a\": { \"limit\": \"1\"", levels))
        + string.Concat(Enumerable.Repeat("} }", levels)) + "}";
}
