using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CsCheck;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Json;

public sealed class GenOpsJsonTests
{
    private const string Good = """
        {"agent":"support-bot","operation":{"name":"answer","type":"inference"},"attribution":{"team":"t","project":"p","environment":"e"}}
        """;

    [Theory]
    [InlineData("""{"unit":"USD","limit":10}""")]
    [InlineData("""{"unit":"USD","limit":"1e3"}""")]
    [InlineData("""{"unit":"USD","limit":"10","period":2}""")]
    [InlineData("""{"unit":"USD","limit":"10","period":99}""")]
    [InlineData("""{"unit":"USD","limit":"10","period":"2"}""")]
    [InlineData("""{"unit":"USD","limit":"10","period":"decade"}""")]
    [InlineData("""{"unit":"USD","limt":"10"}""")]
    [InlineData("""{"unit":"USD","limit":"10","limit":"20"}""")]
    [InlineData("""{"unit":"usd!"}""")]
    [InlineData("""{"unit":null}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"unit":"USD","limits":[{"limit":"1"}]}""")]
    [InlineData("""{"unit":"USD","limits":{}}""")]
    [InlineData("""{"unit":"USD",}""")]
    [InlineData("""{"unit":"USD"} x""")]
    [InlineData("""{"unit":"USD","timeZone":"a\u0000b"}""")]
    [InlineData("""{"unit":"USD","timeZone":"\ud800"}""")]
    [InlineData("""{"unit":"USD","timeZone":7}""")]
    public void Budget_WrittenWrongly_IsRefused(string text) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<BudgetDefinition>(text, GenOpsJson.Http));

    [Theory]
    [InlineData("\"agent\":\"support-bot\"", "\"agent\":null")]
    [InlineData("\"agent\":\"support-bot\"", "\"agent\":\"Support\"")]
    [InlineData("\"agent\":\"support-bot\",", "")]
    [InlineData("\"agent\"", "\"Agent\"")]
    [InlineData("\"team\":\"t\",", "")]
    [InlineData("\"team\":\"t\"", "\"team\":null")]
    [InlineData("\"agent\"", "\"ttlSeconds\":\"1\",\"agent\"")]
    [InlineData("\"agent\"", "\"ttlSeconds\":1.5,\"agent\"")]
    [InlineData("\"agent\"", "\"id\":\"1\",\"agent\"")]
    [InlineData("\"agent\"", "\"estimate\":7,\"agent\"")]
    [InlineData("\"agent\"", "\"estimate\":{\"inputTokens\":1,\"amount\":\"1\",\"unit\":\"USD\"},\"agent\"")]
    [InlineData("\"agent\"", "\"estimate\":{\"amount\":\"1\"},\"agent\"")]
    [InlineData("\"agent\"", "\"estimate\":[{\"amount\":1,\"unit\":\"USD\"}],\"agent\"")]
    [InlineData("\"agent\"", "\"parameters\":{\"a\":[]},\"agent\"")]
    [InlineData("\"agent\"", "\"minEpoch\":-1,\"agent\"")]
    public void Request_WrittenWrongly_IsRefused(string part, string wrong) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<WorkloadRequest>(Good.Replace(part, wrong, StringComparison.Ordinal), GenOpsJson.Http));

    [Fact]
    public void Budget_InFull_ReadsAndWritesCanonically()
    {
        const string Text = """{"unit":"USD","limits":[{"limit":"5000","period":"month"},{"limit":"400.5","period":"day"}],"timeZone":"Europe/Berlin","onExpiry":"release","children":{"nlp":{"limit":"500","period":"none","children":{"bot":{}}}}}""";

        var budget = JsonSerializer.Deserialize<BudgetDefinition>(Text, GenOpsJson.Http)!;

        Assert.Equal(Unit.Usd, budget.Unit);
        Assert.Equal([new BudgetLimit(Quantity.FromUnits(5000), BudgetPeriod.Month), new BudgetLimit(Quantity.Parse("400.5"), BudgetPeriod.Day)], budget.Limits!.Value);
        Assert.Equal(ExpiryAction.Release, budget.OnExpiry);
        Assert.Equal(Text, JsonSerializer.Serialize(budget, GenOpsJson.Canonical));
    }

    [Fact]
    public void Canonical_WithoutNulls_ReadsBackWhatHasThem()
    {
        var decision = new Decision(
            WorkloadId.Parse("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90"), DecisionResult.Allowed, null, null, null,
            ImmutableArray<Reservation>.Empty, null, new Epoch(3));

        var text = JsonSerializer.Serialize(decision, GenOpsJson.Canonical);
        var read = JsonSerializer.Deserialize<Decision>(text, GenOpsJson.Canonical)!;

        Assert.Equal("""{"id":"0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90","result":"ALLOWED","reservations":[],"epoch":3}""", text);
        Assert.Equal(text, JsonSerializer.Serialize(read, GenOpsJson.Canonical));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Decision>("""{"result":"ALLOWED","reservations":[],"epoch":3}""", GenOpsJson.Canonical));
    }

    [Fact]
    public void Instant_IsUtcWithMicroseconds()
    {
        Assert.Equal("\"2026-11-23T07:00:00.123456Z\"", JsonSerializer.Serialize(
            new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.FromHours(1)).AddTicks(1234567), GenOpsJson.Http));
        Assert.Equal(
            new DateTimeOffset(2026, 11, 23, 7, 0, 0, TimeSpan.Zero),
            JsonSerializer.Deserialize<DateTimeOffset>("\"2026-11-23T08:00:00+01:00\"", GenOpsJson.Http));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>("1700000000", GenOpsJson.Http));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset>("\"tomorrow\"", GenOpsJson.Http));
    }

    [Fact]
    public void Instant_OfAnyTick_IsCutToMicroseconds() =>
        Gen.Long[DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks].Sample(ticks =>
        {
            var instant = new DateTimeOffset(ticks, TimeSpan.Zero);
            var expected = instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
            return InstantJsonConverter.Text(instant) == expected
                && JsonSerializer.Serialize(instant, GenOpsJson.Canonical) == $"\"{expected}\"";
        });
}
