using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

public sealed class ChargeCalculatorTests
{
    private static readonly Unit Eur = Unit.Parse("EUR");
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly ExchangeRate ToEuro = new(Unit.Usd, Eur, Quantity.Parse("0.9"), "treasury, 2026-11-23");

    private static readonly TenantPrices None = new(TenantId.Parse("acme"), PriceOverlay.Empty, ExchangeRates.Empty);

    private static readonly TenantPrices Own = None with
    {
        Overlay = PriceOverlayTests.Overlay(PriceOverlayTests.Price("llama-3*", "0.1", "0.3"), PriceOverlayTests.Price("gpt-4o", "1", "2")),
        Rates = new ExchangeRates([ToEuro]),
    };

    private readonly ChargeCalculator _charges = new(PriceBook.Default);

    [Fact]
    public void Estimate_WorkedOutFromTokens_SaysSo()
    {
        var tokens = _charges.Estimate(Request("gpt-4o"), Unit.Tokens, None, Noon);
        var money = _charges.Estimate(Request("gpt-4o"), Unit.Usd, None, Noon);
        var unknown = _charges.Estimate(Request("nobodys-model"), Unit.Usd, None, Noon);

        Assert.Equal(new Charge(Quantity.FromUnits(3000), IsEstimate: true), tokens);
        Assert.Equal(
            new Charge(Quantity.Parse("0.0225"), 1000, 2000, PriceBook: PriceBook.Default.Version, IsEstimate: true), money);
        Assert.Equal((null, 1000L, 2000L, true), (unknown.Amount, unknown.InputTokens, unknown.OutputTokens, unknown.IsEstimate));
        Assert.Contains("nobodys-model", unknown.PriceFault, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimate_StatedOrTheOneOfACall_IsNone()
    {
        var stated = Request("gpt-4o") with { Estimate = Estimate.Of(new Amount(Quantity.One, Unit.Usd), new Amount(Quantity.One, Unit.Tokens)) };

        Assert.Equal(new Charge(Quantity.One), _charges.Estimate(stated, Unit.Usd, Own, Noon));
        Assert.Equal(new Charge(Quantity.One), _charges.Estimate(stated, Unit.Tokens, Own, Noon));
        Assert.Equal(new Charge(Quantity.One), _charges.Estimate(stated, Unit.Requests, Own, Noon));
    }

    [Fact]
    public void Estimate_TenantsOwnPrice_GoesBeforeTheBookAndIsNamed()
    {
        var charge = _charges.Estimate(Request("gpt-4o"), Unit.Usd, Own, Noon);

        Assert.Equal(new Charge(Quantity.Parse("0.005"), 1000, 2000, PriceBook: Own.Overlay.Version, IsEstimate: true), charge);
    }

    [Fact]
    public void Estimate_InAnotherCurrency_CarriesTheRate()
    {
        var own = _charges.Estimate(Request("llama-3-8b"), Eur, Own, Noon);
        var book = _charges.Estimate(Request("gpt-4o-mini"), Eur, Own, Noon);

        Assert.Equal(new Charge(Quantity.Parse("0.00063"), 1000, 2000, PriceBook: Own.Overlay.Version, Rate: ToEuro, IsEstimate: true), own);
        Assert.Equal(
            new Charge(Quantity.Parse("0.001215"), 1000, 2000, PriceBook: PriceBook.Default.Version, Rate: ToEuro, IsEstimate: true), book);
    }

    [Fact]
    public void Estimate_WithoutARate_HasNoAmountAndSaysHowToStateOne()
    {
        var charge = _charges.Estimate(Request("gpt-4o"), Eur, None, Noon);

        Assert.Null(charge.Amount);
        Assert.Equal("there is no rate from USD to EUR: PUT /v1/tenants/acme/exchange-rates, or state an amount in EUR", charge.PriceFault);
        Assert.Equal((1000L, 2000L), (charge.InputTokens, charge.OutputTokens));
    }

    [Fact]
    public void Actual_IsNoEstimate()
    {
        var report = new Reconciliation(new TokenUsage(100, 200));

        Assert.Equal(
            new Charge(Quantity.Parse("0.0005"), 100, 200, PriceBook: Own.Overlay.Version),
            _charges.Actual(Request("gpt-4o"), report, Unit.Usd, Own, Noon));
        Assert.Equal(new Charge(Quantity.FromUnits(300)), _charges.Actual(Request("gpt-4o"), report, Unit.Tokens, Own, Noon));
    }

    [Fact]
    public void Actual_UnknownAnsweredModel_FallsBackToTheReservedOnesPriceInTheBudgetsCurrency()
    {
        var charge = _charges.Actual(
            Request("llama-3-8b"), new Reconciliation(new TokenUsage(1000, 2000), ResponseModel: "nobodys-model"), Eur, Own, Noon);

        Assert.Equal(new Charge(Quantity.Parse("0.00063"), 1000, 2000, PriceBook: Own.Overlay.Version, PriceFallback: true, Rate: ToEuro), charge);
    }

    [Fact]
    public void Actual_UsageOfAnUnknownModel_IsTheDefaultPricesAndSaysSo()
    {
        var report = new UsageReport(
            AgentId.Parse("bot"), new Operation("answer", "inference"), new Attribution("a", "b", "c"), UsageReason.External,
            Model: "nobodys-model", Usage: new TokenUsage(1_000_000, 0));
        var price = new DefaultPrice(Quantity.FromUnits(3), Quantity.FromUnits(9), Eur);

        var charge = _charges.Actual(report, new BudgetHeader(Eur, price), None, Noon);
        var refused = Assert.Throws<InvalidRequestException>(() => _charges.Actual(report with { Model = "gpt-4o" }, new BudgetHeader(Eur), None, Noon));

        Assert.Equal(new Charge(Quantity.FromUnits(3), 1_000_000, 0, PriceBook: "default-price"), charge);
        Assert.EndsWith("there is no rate from USD to EUR: PUT /v1/tenants/acme/exchange-rates, or state an amount in EUR", refused.Message, StringComparison.Ordinal);
    }

    private static WorkloadRequest Request(string model) => new(
        AgentId.Parse("bot"), new Operation("answer", "inference"), new Attribution("a", "b", "c"),
        Provider: model.StartsWith("gpt", StringComparison.Ordinal) ? "openai" : null, Model: model, Estimate: Estimate.OfTokens(1000, 2000));
}
