using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Numerics;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// A tenant's rates of exchange. Only pairs that are stated count: nothing is turned around and nothing goes by way of a
/// third currency, because whoever states a rate means that one. Immutable.
/// </summary>
public sealed class ExchangeRates
{
    /// <summary>The most rates.</summary>
    public const int CountMax = 1_000;

    /// <summary>The highest rate.</summary>
    public static readonly Quantity RateMax = Quantity.FromUnits(1_000_000_000);

    private static readonly BigInteger PicoPerOne = (BigInteger)Quantity.One.Pico;

    private readonly FrozenDictionary<(Unit From, Unit To), ExchangeRate> _byPair;

    /// <summary>The rates that <see cref="Require"/> has let pass.</summary>
    public ExchangeRates(ImmutableArray<ExchangeRate> rates)
    {
        Rates = rates;
        _byPair = rates.ToFrozenDictionary(rate => (rate.From, rate.To));
    }

    /// <summary>No rates.</summary>
    public static ExchangeRates Empty { get; } = new([]);

    /// <summary>The rates, in the order they were given.</summary>
    public ImmutableArray<ExchangeRate> Rates { get; }

    /// <summary>Does nothing if <paramref name="rates"/> may be a tenant's.</summary>
    /// <exception cref="InvalidRequestException">They may not; the message names the field and the rule.</exception>
    public static void Require(ImmutableArray<ExchangeRate> rates)
    {
        if (rates.IsDefault)
            throw new InvalidRequestException("body", "must be a list");
        if (rates.Length > CountMax)
            throw new InvalidRequestException("body", $"has {rates.Length} rates; at most {CountMax} are taken");

        var known = new Dictionary<(Unit, Unit), int>(rates.Length);
        for (var i = 0; i < rates.Length; i++)
        {
            var rate = rates[i] ?? throw new InvalidRequestException($"[{i}]", "must be an object");
            RequireCurrency(rate.From, $"[{i}].from");
            RequireCurrency(rate.To, $"[{i}].to");
            if (rate.From == rate.To)
                throw new InvalidRequestException($"[{i}].to", "must be another currency than from");
            if (rate.Rate <= Quantity.Zero || rate.Rate > RateMax)
                throw new InvalidRequestException($"[{i}].rate", $"must be more than 0, and at most {RateMax}");
            WorkloadRequestRules.RequireOptional(rate.Source, $"[{i}].source");
            if (!known.TryAdd((rate.From, rate.To), i))
                throw new InvalidRequestException($"[{i}].to", $"has the same currencies as [{known[(rate.From, rate.To)]}]; keep one of them");
        }
    }

    /// <summary>The rate of a pair; null if it is not stated.</summary>
    public ExchangeRate? Find(Unit from, Unit to) => _byPair.GetValueOrDefault((from, to));

    /// <summary>The exact sum of <paramref name="lines"/> times <paramref name="rate"/>; what is finer than 1e-12 is rounded up, once.</summary>
    /// <exception cref="OverflowException">It is not less than <see cref="Quantity.Bound"/>.</exception>
    public static Quantity Convert(ImmutableArray<PriceLine> lines, ExchangeRate rate)
    {
        var (sum, divisor) = (BigInteger.Zero, BigInteger.One);
        foreach (var (lineNumerator, lineDivisor) in lines.Select(line => line.Exact))
            (sum, divisor) = ((sum * lineDivisor) + (lineNumerator * divisor), divisor * lineDivisor);

        sum *= (BigInteger)rate.Rate.Pico;
        divisor *= PicoPerOne;
        var pico = BigInteger.DivRem(sum, divisor, out var rest) + (rest.IsZero ? 0 : 1);
        return pico < (BigInteger)Quantity.Bound.Pico
            ? Quantity.FromPico((Int128)pico)
            : throw new OverflowException("the amount is too large to be counted");
    }

    private static void RequireCurrency(Unit unit, string field)
    {
        if (!Unit.TryParse(unit.Code, null, out var parsed) || !parsed.IsCurrency)
            throw new InvalidRequestException(field, "must be an ISO 4217 currency code such as USD");
    }
}
