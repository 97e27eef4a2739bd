using System.Text.Json;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Tenants;

public sealed class TenantRecordTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly Principal Maria = Principal.Parse("user:maria");

    private readonly TenantRecord _record = new(Acme);

    public TenantRecordTests() => _record.Apply(new TenantDefined(new TenantDefinition("Acme"), Maria), Start);

    [Fact]
    public void DefinePrices_TheSameAgain_IsNoEvent()
    {
        Define(Start.AddHours(1), PriceOverlayTests.Price("m", "0.1"));

        Assert.Null(_record.DefinePrices([PriceOverlayTests.Price("m", "0.10")], Maria));
        Assert.NotNull(_record.DefinePrices([PriceOverlayTests.Price("m", "0.2")], Maria));
        Assert.NotNull(_record.DefinePrices([], Maria));
    }

    [Fact]
    public void DefineRates_TheSameAgain_IsNoEvent()
    {
        Assert.Null(_record.DefineRates([], Maria));
        _record.Apply(_record.DefineRates([ExchangeRatesTests.Rate("USD", "EUR", "0.9")], Maria)!, Start.AddHours(1));

        Assert.Null(_record.DefineRates([ExchangeRatesTests.Rate("USD", "EUR", "0.90")], Maria));
        Assert.NotNull(_record.DefineRates([ExchangeRatesTests.Rate("USD", "EUR", "0.9") with { Source = "another" }], Maria));
    }

    [Fact]
    public void Save_AndRestore_KeepsEveryVersionAndItsInstant()
    {
        Define(Start.AddHours(1), PriceOverlayTests.Price("m", "0.1"));
        _record.Apply(_record.DefineRates([ExchangeRatesTests.Rate("USD", "EUR", "0.9")], Maria)!, Start.AddHours(2));
        Define(Start.AddHours(3), PriceOverlayTests.Price("m", "0.2", provider: "own", currency: "EUR"), PriceOverlayTests.Price("n*", "1"));

        var restored = new TenantRecord(Acme);
        restored.Restore(_record.Save());

        Assert.Equal(_record.Save(), restored.Save());
        Assert.Equal(_record.Prices.Weight, restored.Prices.Weight);
        for (var hour = 0; hour <= 4; hour++)
        {
            var (before, after) = (_record.Prices.At(Start.AddHours(hour)), restored.Prices.At(Start.AddHours(hour)));
            Assert.Equal(before.Overlay.Prices, after.Overlay.Prices);
            Assert.Equal(before.Overlay.Version, after.Overlay.Version);
            Assert.Equal(before.Rates.Rates, after.Rates.Rates);
            Assert.Equal(Acme, after.Tenant);
        }
    }

    [Fact]
    public void Save_OfATenantThatNeverDefinedAny_IsRestored()
    {
        var restored = new TenantRecord(Acme);
        restored.Restore(_record.Save());

        Assert.Empty(restored.Prices.Newest.Overlay.Prices);
        Assert.Equal(DateTimeOffset.MinValue, restored.Prices.ChangedAt);
    }

    [Fact]
    public void Entries_OfPricesAndRates_AreReadBackAsTheyWereWritten()
    {
        LedgerEvent[] events =
        [
            _record.DefinePrices(
                [new ModelPrice("llama-3*", Quantity.Parse("0.1"), Quantity.Parse("0.3"), Unit.Usd, "own", PerRequest: Quantity.One)], Maria)!,
            _record.DefineRates([ExchangeRatesTests.Rate("USD", "EUR", "0.9")], Maria)!,
        ];

        foreach (var content in events)
        {
            var entry = EntryText.Compose(new StreamId(ITenantGrain.Key(Acme)), LedgerHead.Empty, content, Start);
            Assert.Equal(
                JsonSerializer.Serialize(content, content.GetType(), GenOpsJson.Canonical),
                JsonSerializer.Serialize(EntryText.Read(entry), content.GetType(), GenOpsJson.Canonical));
            Assert.True(content.ChangesAuthority);
        }

        Assert.Equal(
            """{"prices":[{"model":"llama-3*","inputPerMillion":"0.1","outputPerMillion":"0.3","currency":"USD","provider":"own","perRequest":"1"}],"version":"overlay@"""
                + PriceOverlay.VersionOf(((PricesDefined)events[0]).Prices)["overlay@".Length..] + "\",\"by\":\"user:maria\"}",
            JsonSerializer.Serialize(events[0], events[0].GetType(), GenOpsJson.Canonical));
    }

    private void Define(DateTimeOffset at, params ModelPrice[] prices) => _record.Apply(_record.DefinePrices([.. prices], Maria)!, at);
}
