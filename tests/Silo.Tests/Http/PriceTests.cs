using System.Text.Json;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class PriceTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Llama =
        """{"model":"llama-3*","inputPerMillion":"0.1","outputPerMillion":"0.3","currency":"USD","provider":"own","cacheReadPerMillion":null,"cacheWritePerMillion":null,"perRequest":null}""";

    private const string Euro = """{"from":"USD","to":"EUR","rate":"0.9","source":"treasury, 2026-11-23"}""";

    private TestNode Node => shared.Node;

    [Fact]
    public async Task Prices_Put_AreReadBackInTheirOrder()
    {
        var t = await TenantAsync("priced");
        Assert.Equal("[]", (await Node.SendAsync("GET", $"{t}/prices")).Text);

        var put = await Node.SendAsync("PUT", $"{t}/prices",
            """
            [ { "provider": "own", "model": "llama-3*", "inputPerMillion": "0.10", "outputPerMillion": "0.30", "currency": "USD" },
              { "model": "gpt-4o", "inputPerMillion": "1", "outputPerMillion": "2", "currency": "EUR",
                "cacheReadPerMillion": "0.5", "cacheWritePerMillion": "3", "perRequest": "0.001" } ]
            """);
        var get = await Node.SendAsync("GET", $"{t}/prices");

        Assert.Equal(200, put.Status);
        Assert.Equal(put.Text, get.Text);
        Assert.Equal(
            $$"""[{{Llama}},{"model":"gpt-4o","inputPerMillion":"1","outputPerMillion":"2","currency":"EUR","provider":null,"cacheReadPerMillion":"0.5","cacheWritePerMillion":"3","perRequest":"0.001"}]""",
            get.Text);
        Assert.Equal("[]", (await Node.SendAsync("PUT", $"{t}/prices", "[]")).Text);
        Assert.Equal("[]", (await Node.SendAsync("GET", $"{t}/prices")).Text);
    }

    [Fact]
    public async Task ExchangeRates_Put_AreReadBackInTheirOrder()
    {
        var t = await TenantAsync("rated");
        Assert.Equal("[]", (await Node.SendAsync("GET", $"{t}/exchange-rates")).Text);

        var put = await Node.SendAsync("PUT", $"{t}/exchange-rates",
            """[ { "from": "USD", "to": "EUR", "rate": "0.90", "source": "treasury, 2026-11-23" }, { "from": "EUR", "to": "USD", "rate": "1.1" } ]""");

        Assert.Equal(200, put.Status);
        Assert.Equal($$"""[{{Euro}},{"from":"EUR","to":"USD","rate":"1.1","source":null}]""", put.Text);
        Assert.Equal(put.Text, (await Node.SendAsync("GET", $"{t}/exchange-rates")).Text);
    }

    [Fact]
    public async Task Quote_ByTheBook_SaysSo()
    {
        var t = await TenantAsync("booked");

        var quote = await Node.DoAsync("GET", $"{t}/prices/quote?provider=openai&model=gpt-4o&inputTokens=1000&outputTokens=2000");

        Assert.Equal("0.0225", quote.GetProperty("amount").GetString());
        Assert.Equal("USD", quote.GetProperty("unit").GetString());
        Assert.Equal("openai", quote.GetProperty("provider").GetString());
        Assert.Equal("priceBook", quote.GetProperty("source").GetString());
        Assert.StartsWith("genai-prices:sha256:", quote.GetProperty("priceBook").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, quote.GetProperty("rate").ValueKind);
    }

    [Fact]
    public async Task Quote_ByTheTenantsOwnPrice_IsWhatADecisionHoldsAndAChargeNames()
    {
        var t = await TenantAsync("own");
        await Node.DoAsync("PUT", $"{t}/prices", $"[{Llama}]");
        await Node.DoAsync("PUT", $"{t}/exchange-rates", $"[{Euro}]");
        await Node.DoAsync("PUT", $"{t}/budgets/eur", """{ "unit": "EUR", "limit": "1" }""");
        await Node.RegisterAsync("own", "bot", """{ "budgets": [ { "root": "eur" } ] }""");

        var quote = await Node.DoAsync("GET", $"{t}/prices/quote?provider=own&model=llama-3-8b&inputTokens=1001&outputTokens=1&currency=EUR");
        var decision = await Node.DoAsync("POST", $"{t}/workloads",
            $$"""
            { "agent": "bot", "operation": {{Bodies.Operation}}, "attribution": {{Bodies.Attribution}}, "provider": "own", "model": "llama-3-8b",
              "estimate": { "inputTokens": 1001, "maxOutputTokens": 1 } }
            """);
        var settled = await Node.DoAsync("POST", $"{t}/workloads/{decision.GetProperty("id").GetString()}/reconcile",
            """{ "usage": { "inputTokens": 1001, "outputTokens": 1 } }""");

        Assert.Equal("0.00009036", quote.GetProperty("amount").GetString());
        Assert.Equal("EUR", quote.GetProperty("unit").GetString());
        Assert.Equal("llama-3*", quote.GetProperty("model").GetString());
        Assert.Equal("own", quote.GetProperty("provider").GetString());
        Assert.Equal("overlay", quote.GetProperty("source").GetString());
        Assert.Equal(Euro, quote.GetProperty("rate").GetRawText());
        Assert.Equal(
            """[{"class":"input","count":1001,"price":"0.1","per":1000000,"amount":"0.0001001"},{"class":"output","count":1,"price":"0.3","per":1000000,"amount":"0.0000003"}]""",
            quote.GetProperty("lines").GetRawText());
        Assert.Equal("0.00009036", decision.GetProperty("reservations")[0].GetProperty("amount").GetString());
        Assert.Equal("0.00009036", settled.GetProperty("budgets")[0].GetProperty("actual").GetString());
        Assert.Equal(quote.GetProperty("priceBook").GetString(), settled.GetProperty("priceBook").GetString());
    }

    [Fact]
    public async Task Quote_WithoutARate_Is404AndSaysHowToStateOne()
    {
        var t = await TenantAsync("unrated");

        var answer = await Node.SendAsync("GET", $"{t}/prices/quote?provider=openai&model=gpt-4o&inputTokens=1&currency=EUR");

        Assert.Equal((404, "price_unknown"), (answer.Status, answer["code"]));
        Assert.Equal("there is no rate from USD to EUR: PUT /v1/tenants/unrated/exchange-rates, or state an amount in EUR", answer["detail"]);
    }

    [Theory]
    [InlineData("service", 403, 200)]
    [InlineData("approver", 403, 200)]
    [InlineData("auditor", 403, 200)]
    [InlineData("operator", 200, 200)]
    [InlineData("admin", 200, 200)]
    public async Task Prices_ByRole_AreWrittenByOperatorsAndAdminsAndReadByAll(string role, int write, int read)
    {
        var t = await TenantAsync($"roles-{role}");
        var key = await Node.KeyAsync($"roles-{role}", role);

        Assert.Equal(write, (await Node.SendAsync("PUT", $"{t}/prices", $"[{Llama}]", key)).Status);
        Assert.Equal(write, (await Node.SendAsync("PUT", $"{t}/exchange-rates", $"[{Euro}]", key)).Status);
        Assert.Equal(read, (await Node.SendAsync("GET", $"{t}/prices", key: key)).Status);
        Assert.Equal(read, (await Node.SendAsync("GET", $"{t}/exchange-rates", key: key)).Status);
        Assert.Equal(read, (await Node.SendAsync("GET", $"{t}/prices/quote?model=gpt-4o&inputTokens=1", key: key)).Status);
    }

    [Fact]
    public async Task Prices_AreEvidence()
    {
        var t = await TenantAsync("proven");
        await Node.DoAsync("PUT", $"{t}/prices", $"[{Llama}]");
        await Node.DoAsync("PUT", $"{t}/exchange-rates", $"[{Euro}]");

        var kinds = (await Node.DoAsync("GET", $"{t}/evidence")).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("entry").GetProperty("kind").GetString());

        Assert.Equal(["tenant.defined", "prices.defined", "rates.defined"], kinds.Order(StringComparer.Ordinal).OrderByDescending(kind => kind == "tenant.defined"));
    }

    private async Task<string> TenantAsync(string name)
    {
        await Node.DoAsync("PUT", $"/v1/tenants/{name}", "{}");
        return $"/v1/tenants/{name}";
    }
}
