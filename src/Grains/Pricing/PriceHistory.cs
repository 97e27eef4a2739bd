using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// A tenant's own prices and rates of exchange, and what they were before: what was reserved is settled at the prices of
/// then. Immutable. The newest <see cref="VersionsMax"/> of each are kept, and of those as many as have
/// <see cref="PricesMax"/> prices together; older work is settled at the oldest that is kept.
/// </summary>
public sealed class PriceHistory
{
    /// <summary>The most versions of the prices, and of the rates.</summary>
    public const int VersionsMax = 100;

    /// <summary>The most prices, or rates, in all versions together, the newest one always being kept.</summary>
    public const int PricesMax = 50_000;

    private readonly TenantId _tenant;
    private readonly ImmutableArray<(DateTimeOffset At, PriceOverlay Overlay)> _overlays;
    private readonly ImmutableArray<(DateTimeOffset At, ExchangeRates Rates)> _rates;

    /// <summary>The history of a tenant that never defined any.</summary>
    public PriceHistory(TenantId tenant)
        : this(tenant, [(DateTimeOffset.MinValue, PriceOverlay.Empty)], [(DateTimeOffset.MinValue, ExchangeRates.Empty)])
    {
    }

    private PriceHistory(
        TenantId tenant, ImmutableArray<(DateTimeOffset At, PriceOverlay Overlay)> overlays, ImmutableArray<(DateTimeOffset At, ExchangeRates Rates)> rates)
    {
        _tenant = tenant;
        _overlays = overlays;
        _rates = rates;
        Newest = new TenantPrices(tenant, overlays[^1].Overlay, rates[^1].Rates);
    }

    /// <summary>What is in force.</summary>
    public TenantPrices Newest { get; }

    /// <summary>When anything changed last; the least instant if nothing ever did.</summary>
    public DateTimeOffset ChangedAt => _overlays[^1].At > _rates[^1].At ? _overlays[^1].At : _rates[^1].At;

    /// <summary>How many prices and rates are remembered.</summary>
    public int Weight => _overlays.Sum(version => version.Overlay.Prices.Length) + _rates.Sum(version => version.Rates.Rates.Length);

    /// <summary>What was in force at an instant: the oldest that is kept if it is before that.</summary>
    public TenantPrices At(DateTimeOffset instant) =>
        instant >= ChangedAt ? Newest : new TenantPrices(_tenant, InForce(_overlays, instant), InForce(_rates, instant));

    /// <summary>The history once the prices are others.</summary>
    public PriceHistory With(PriceOverlay overlay, DateTimeOffset at) =>
        new(_tenant, Trimmed(_overlays.Add((at, overlay)), version => version.Prices.Length), _rates);

    /// <summary>The history once the rates are others.</summary>
    public PriceHistory With(ExchangeRates rates, DateTimeOffset at) =>
        new(_tenant, _overlays, Trimmed(_rates.Add((at, rates)), version => version.Rates.Length));

    /// <summary>What <see cref="Restore"/> needs.</summary>
    internal PriceHistoryImage Save() => new(
        [.. _overlays.Select(version => new PriceOverlayImage(version.At, version.Overlay.Prices, version.Overlay.Version))],
        [.. _rates.Select(version => new ExchangeRatesImage(version.At, version.Rates.Rates))]);

    /// <summary>The history that was saved.</summary>
    internal static PriceHistory Restore(TenantId tenant, PriceHistoryImage image) => new(
        tenant,
        [.. image.Overlays.Select(version => (version.At, new PriceOverlay(version.Prices, version.Version)))],
        [.. image.Rates.Select(version => (version.At, new ExchangeRates(version.Rates)))]);

    private static T InForce<T>(ImmutableArray<(DateTimeOffset At, T Version)> versions, DateTimeOffset instant)
    {
        for (var i = versions.Length - 1; i > 0; i--)
        {
            if (versions[i].At <= instant)
                return versions[i].Version;
        }

        return versions[0].Version;
    }

    private static ImmutableArray<(DateTimeOffset At, T Version)> Trimmed<T>(
        ImmutableArray<(DateTimeOffset At, T Version)> versions, Func<T, int> count)
    {
        var first = versions.Length - 1;
        for (var prices = count(versions[first].Version); first > 0 && versions.Length - first < VersionsMax; first--)
        {
            prices += count(versions[first - 1].Version);
            if (prices > PricesMax)
                break;
        }

        return versions.RemoveRange(0, first);
    }
}
