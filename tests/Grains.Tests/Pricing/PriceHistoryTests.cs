using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Pricing;

public sealed class PriceHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TenantId Acme = TenantId.Parse("acme");

    [Fact]
    public void At_AnyInstant_IsWhatWasInForceThen()
    {
        var history = new PriceHistory(Acme)
            .With(Overlay("1"), Start)
            .With(new ExchangeRates([ExchangeRatesTests.Rate("USD", "EUR", "0.9")]), Start.AddHours(1))
            .With(Overlay("2"), Start.AddHours(2));

        Assert.Equal((null, null), Shown(history.At(Start.AddTicks(-1))));
        Assert.Equal(("1", null), Shown(history.At(Start)));
        Assert.Equal(("1", "0.9"), Shown(history.At(Start.AddHours(1))));
        Assert.Equal(("1", "0.9"), Shown(history.At(Start.AddHours(2).AddTicks(-1))));
        Assert.Equal(("2", "0.9"), Shown(history.At(Start.AddHours(2))));
        Assert.Equal(("2", "0.9"), Shown(history.At(Start.AddYears(1))));
        Assert.Same(history.Newest, history.At(Start.AddHours(2)));
        Assert.Equal(Start.AddHours(2), history.ChangedAt);
    }

    [Fact]
    public void With_MoreVersionsThanAreKept_SettlesOlderWorkAtTheOldestKept()
    {
        var history = new PriceHistory(Acme);
        for (var i = 1; i <= 250; i++)
        {
            history = history.With(Overlay($"{i}"), Start.AddHours(i));
            history = history.With(new ExchangeRates([ExchangeRatesTests.Rate("USD", "EUR", $"{i}")]), Start.AddHours(i));
        }

        Assert.Equal(200, history.Weight);
        Assert.Equal(("151", "151"), Shown(history.At(Start)));
        Assert.Equal(("151", "151"), Shown(history.At(Start.AddHours(151))));
        Assert.Equal(("152", "152"), Shown(history.At(Start.AddHours(152))));
        Assert.Equal(("250", "250"), Shown(history.Newest));
    }

    [Fact]
    public void With_LargeVersions_KeepsNoMorePricesThanTheBoundAndTheNewestAlways()
    {
        var history = new PriceHistory(Acme);
        for (var i = 1; i <= 8; i++)
            history = history.With(new PriceOverlay([.. Enumerable.Range(0, 10_000).Select(j => PriceOverlayTests.Price($"m{j}", $"{i}"))], $"v{i}"), Start.AddHours(i));

        Assert.Equal(50_000, history.Weight);
        Assert.Equal("v4", history.At(Start).Overlay.Version);
        Assert.Equal("v8", history.Newest.Overlay.Version);
    }

    private static PriceOverlay Overlay(string input) => PriceOverlayTests.Overlay(PriceOverlayTests.Price("m", input));

    private static (string? Price, string? Rate) Shown(TenantPrices prices) =>
        (prices.Overlay.Prices.SingleOrDefault()?.InputPerMillion.ToString(), prices.Rates.Rates.SingleOrDefault()?.Rate.ToString());
}
