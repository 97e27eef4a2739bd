using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Silo.Tests.Cluster.TestNode;

namespace GenOps.ControlPlane.Silo.Tests.Cluster;

/// <summary>A tenant's own prices and rates of exchange, from their definition to the charge, through real actors.</summary>
public sealed class PriceTests : IAsyncLifetime
{
    private static readonly Unit Eur = Unit.Parse("EUR");

    private readonly TestNode _node = new();

    public async ValueTask InitializeAsync() => await _node.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task PutPrices_Acknowledged_AreTheNextDecisions()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));

        var unknown = await AuthorizeAsync("llama-3-8b");
        var book = await AuthorizeAsync("gpt-4o");
        await PutAsync(Price("llama-3*", "0.10", "0.30"), Price("gpt-4o", "1", "2"));
        var own = await AuthorizeAsync("llama-3-8b");
        var negotiated = await AuthorizeAsync("gpt-4o");
        await PutAsync();
        var again = await AuthorizeAsync("gpt-4o");

        Assert.Equal(ReasonCodes.PriceUnknown, unknown.ReasonCode);
        Assert.Equal(
            ["0.0225", "0.0007", "0.005", "0.0225"],
            new[] { book, own, negotiated, again }.Select(decision => decision.Reservations.Single().Amount.ToString()));
    }

    [Fact]
    public async Task Reconcile_PricesChangedMeanwhile_ChargesThoseOfTheReservation()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var byBook = await AuthorizeAsync("gpt-4o");
        await PutAsync(Price("gpt-4o", "1", "2"));
        var first = await AuthorizeAsync("gpt-4o");
        var second = await AuthorizeAsync("gpt-4o");
        await PutAsync(Price("gpt-4o", "100", "200"));
        var newest = await AuthorizeAsync("gpt-4o");
        await PutAsync(Price("gpt-4o", "1000", "2000"));

        var settled = await ReconcileAsync(first);
        var settledByBook = await ReconcileAsync(byBook);
        await _node.StopAsync();
        await _node.StartAsync();
        var afterRestart = await ReconcileAsync(second);
        var settledAgain = await ReconcileAsync(first);
        var settledNewest = await ReconcileAsync(newest);

        var version = PriceOverlay.VersionOf([Price("gpt-4o", "1", "2")]);
        Assert.Equal(("0.0005", version), Charged(settled));
        Assert.Equal(("0.00225", PriceBook.Default.Version), Charged(settledByBook));
        Assert.Equal(("0.0005", version), Charged(afterRestart));
        Assert.Equal(("0.0005", version), Charged(settledAgain));
        Assert.Equal(("0.05", PriceOverlay.VersionOf([Price("gpt-4o", "100", "200")])), Charged(settledNewest));
        Assert.Equal("0.05325", await SpentAsync("usd"));
    }

    [Fact]
    public async Task Entries_OfACharge_NameTheVersionOfItsPrices()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        await PutAsync(Price("gpt-4o", "1", "2"));
        var decision = await AuthorizeAsync("gpt-4o");
        await ReconcileAsync(decision);

        var entries = await EntriesAsync(decision.Id);

        var version = PriceOverlay.VersionOf([Price("gpt-4o", "1", "2")]);
        Assert.Equal(version, entries.OfType<WorkloadReserved>().Single().PriceBook);
        Assert.Equal(version, entries.OfType<WorkloadReconciled>().Single().PriceBook);
    }

    [Fact]
    public async Task EuroBudget_WithoutARate_IsRefusedAndSaysHowToStateOne()
    {
        await _node.RegisterAsync("bot", ("eur", Euro("10")));

        var decision = await AuthorizeAsync("gpt-4o");

        Assert.Equal(ReasonCodes.PriceUnknown, decision.ReasonCode);
        Assert.Equal("there is no rate from USD to EUR: PUT /v1/tenants/acme/exchange-rates, or state an amount in EUR", decision.Reason);
    }

    [Fact]
    public async Task EuroBudget_WithARate_IsChargedExactlyAtTheRateOfTheReservation()
    {
        await _node.RegisterAsync("bot", ("eur", Euro("10")), ("usd", Usd("10")));
        await _node.Tenant().PutRatesAsync([Rate("0.913")], Maria);
        await PutAsync(Price("in-euro", "5", "10", "EUR"));
        await _node.Tenant().PutRatesAsync([Rate("0.913"), new ExchangeRate(Eur, Unit.Usd, Quantity.Parse("1.1"))], Maria);
        var decision = await AuthorizeAsync("gpt-4o");
        var inEuro = await AuthorizeAsync("in-euro");
        await _node.Tenant().PutRatesAsync([Rate("0.5")], Maria);

        var settled = await ReconcileAsync(decision);
        var later = await AuthorizeAsync("gpt-4o");

        Assert.Equal(["0.0205425", "0.0225"], Held(decision));
        Assert.Equal(["0.025", "0.0275"], Held(inEuro));
        Assert.Equal(["0.01125", "0.0225"], Held(later));
        Assert.Equal(["0.00205425", "0.00225"], settled.Budgets.Select(budget => budget.Actual.ToString()!));
        Assert.Equal("0.00205425", await SpentAsync("eur"));
    }

    [Fact]
    public async Task Entries_OfAEuroCharge_NameTheRate()
    {
        await _node.RegisterAsync("bot", ("eur", Euro("10")), ("usd", Usd("10")));
        await _node.Tenant().PutRatesAsync([Rate("0.913")], Maria);
        var decision = await AuthorizeAsync("gpt-4o");
        await _node.Tenant().PutRatesAsync([Rate("0.5")], Maria);
        await ReconcileAsync(decision);
        var usage = Usage();
        await _node.Agent("bot").RecordUsageAsync(usage);

        var charged = await EntriesAsync(decision.Id);
        var reported = await EntriesAsync(usage.Id!.Value);

        Assert.Equal(Rate("0.913"), charged.OfType<WorkloadHeld>().Single().Rate);
        Assert.Null(charged.OfType<WorkloadReserved>().Single().Rate);
        Assert.Equal([null, Rate("0.913")], charged.OfType<WorkloadReconciled>().OrderBy(entry => entry.Rate is not null).Select(entry => entry.Rate));
        Assert.Equal([null, Rate("0.5")], reported.OfType<UsageRecorded>().OrderBy(entry => entry.Rate is not null).Select(entry => entry.Rate));
    }

    [Fact]
    public async Task Reconcile_ByTheBudgetsDefaultPrice_SaysSo()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10") with { DefaultPrice = new DefaultPrice(Quantity.FromUnits(3), Quantity.FromUnits(9), Unit.Usd) }));
        var decision = await AuthorizeAsync("nobodys-model");

        var settled = await ReconcileAsync(decision);
        var nothing = await AuthorizeAsync("nobodys-model");
        var unresolved = await _node.Agent("bot").ReconcileAsync(nothing.Id, new Reconciliation());

        Assert.Equal(["0.021"], Held(decision));
        Assert.Equal(("0.0021", "default-price"), Charged(settled));
        Assert.Null(unresolved.PriceBook);
    }

    [Fact]
    public async Task Usage_ThatNamesItsInstant_IsChargedThePricesOfThen()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        await PutAsync(Price("gpt-4o", "1", "2"));
        var decision = await AuthorizeAsync("gpt-4o");
        var then = (await EntryAsync(decision.Id)).At;
        await PutAsync(Price("gpt-4o", "100", "200"));

        var late = await _node.Agent("bot").RecordUsageAsync(Usage() with { OccurredAt = then });
        var now = await _node.Agent("bot").RecordUsageAsync(Usage());

        Assert.Equal(("0.0005", PriceOverlay.VersionOf([Price("gpt-4o", "1", "2")])), Charged(late));
        Assert.Equal(("0.05", PriceOverlay.VersionOf([Price("gpt-4o", "100", "200")])), Charged(now));
    }

    [Fact]
    public async Task PutPrices_AsManyAsMayBe_AreUsedAndSurviveARestart()
    {
        await _node.RegisterAsync("bot", ("usd", Usd("10")));
        var prices = Enumerable.Range(0, PriceOverlay.CountMax)
            .Select(i => Price(i % 2 == 0 ? $"model-{i}" : $"family-{i / 200}*{i}", $"{1 + (i % 7)}", "0.5"))
            .ToArray();

        await PutAsync(prices);
        var named = await AuthorizeAsync("model-9998");
        await _node.StopAsync();
        await _node.StartAsync();
        var matched = await AuthorizeAsync("family-49-x-9999");

        Assert.Equal(["0.004"], Held(named));
        Assert.Equal(["0.005"], Held(matched));
        Assert.Equal(prices, await _node.Tenant().GetPricesAsync());
    }

    [Fact]
    public async Task Put_TheSameAgainOrNotValid_WritesNothing()
    {
        await _node.RegisterAsync("bot");
        await PutAsync(Price("gpt-4o", "1", "2"));
        await _node.Tenant().PutRatesAsync([Rate("0.9")], Maria);
        var before = await CountAsync();

        await PutAsync(Price("gpt-4o", "1.0", "2"));
        await _node.Tenant().PutRatesAsync([Rate("0.90")], Maria);
        await Assert.ThrowsAsync<InvalidRequestException>(() => PutAsync(Price("gpt-4o", "-1", "2")));
        await Assert.ThrowsAsync<InvalidRequestException>(() => _node.Tenant().PutRatesAsync([Rate("0")], Maria));
        var all = _node.Grains.GetGrain<ITenantGrain>(ITenantGrain.Key(TenantId.All));
        var everyTenant = await Assert.ThrowsAsync<InvalidRequestException>(() => all.PutPricesAsync([], Maria));

        Assert.Equal("tenant", everyTenant.Field);
        Assert.Equal(before, await CountAsync());
        Assert.Equal([Price("gpt-4o", "1", "2")], await _node.Tenant().GetPricesAsync());
        Assert.Equal([Rate("0.9")], await _node.Tenant().GetRatesAsync());
    }

    private static ModelPrice Price(string model, string input, string output, string currency = "USD") =>
        new(model, Quantity.Parse(input), Quantity.Parse(output), Unit.Parse(currency));

    private static ExchangeRate Rate(string rate) => new(Unit.Usd, Eur, Quantity.Parse(rate), "treasury");

    private static BudgetDefinition Euro(string limit) => new(Eur, Limit: Quantity.Parse(limit));

    private static UsageReport Usage() => new(
        AgentId.Parse("bot"), new Operation("answer", "inference"), new Attribution("support", "helpdesk", "test"),
        UsageReason.External, WorkloadId.New(TimeProvider.System.GetUtcNow()), Model: "gpt-4o", Usage: new TokenUsage(100, 200));

    private static (string? Actual, string? Version) Charged(SettlementResult result) => (result.Budgets[0].Actual.ToString(), result.PriceBook);

    private static IEnumerable<string> Held(Decision decision) => decision.Reservations.Select(held => held.Amount.ToString());

    private Task PutAsync(params ModelPrice[] prices) => _node.Tenant().PutPricesAsync([.. prices], Maria);

    private Task<Decision> AuthorizeAsync(string model) => _node.Agent("bot").AuthorizeAsync(
        Request("bot", "1") with { Model = model, Estimate = Estimate.OfTokens(1000, 2000) });

    private Task<SettlementResult> ReconcileAsync(Decision decision) =>
        _node.Agent("bot").ReconcileAsync(decision.Id, new Reconciliation(new TokenUsage(100, 200)));

    private async Task<string> SpentAsync(string root) =>
        (await _node.Budget(root).GetAsync(ScopePath.Root, null, 10)).Limits.Single().Spent.ToString();

    private async Task<LedgerEntry> EntryAsync(WorkloadId id) => (await _node.Store.FindWorkloadAsync(Acme, id))[0];

    private async Task<ImmutableArray<LedgerEvent>> EntriesAsync(WorkloadId id) =>
        [.. (await _node.Store.FindWorkloadAsync(Acme, id)).Select(EntryText.Read)];

    private async Task<long> CountAsync()
    {
        var count = 0L;
        await foreach (var _ in _node.Store.ReadStreamAsync(new StreamId(ITenantGrain.Key(Acme)), 0))
            count++;
        return count;
    }
}
