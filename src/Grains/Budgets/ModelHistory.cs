using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// How much of the most that they may cost the calls of each model did cost: the last <see cref="SamplesMax"/> of each.
/// It decides how much is held, never what is counted.
/// </summary>
internal sealed class ModelHistory
{
    /// <summary>The most calls of one model that are remembered.</summary>
    public const int SamplesMax = 256;

    /// <summary>The fewest calls that say anything.</summary>
    public const int SamplesMin = 20;

    /// <summary>The most models that are remembered; the one that was silent longest makes room.</summary>
    public const int ModelsMax = 1_000;

    private const int Million = 1_000_000;

    private readonly Dictionary<string, Shares> _models = new(StringComparer.Ordinal);
    private long _turn;

    /// <summary>The name under which a provider's model is remembered.</summary>
    public string Key(string? provider, string? model)
    {
        var key = $"{provider}/{model}";
        return _models.TryGetValue(key, out var known) ? known.Key : key;
    }

    /// <summary>Remembers that a call cost <paramref name="actual"/> of at most <paramref name="worstCase"/>.</summary>
    public void Add(string key, Quantity actual, Quantity worstCase)
    {
        if (worstCase <= Quantity.Zero || actual.IsNegative)
            return;

        if (!_models.TryGetValue(key, out var shares))
        {
            if (_models.Count == ModelsMax)
                _models.Remove(_models.Values.MinBy(known => known.Turn)!.Key);
            _models.Add(key, shares = new Shares(key));
        }

        var (share, rest) = Int128.DivRem(actual.Pico * Million, worstCase.Pico);
        shares.Add((int)Int128.Min(rest == 0 ? share : share + 1, int.MaxValue), ++_turn);
    }

    /// <summary>
    /// What 95 of 100 calls stayed within of at most <paramref name="worstCase"/>, never more than that; null while too
    /// few are known.
    /// </summary>
    public (Quantity Amount, Quantity Share, int Samples)? Estimate(string key, Quantity worstCase)
    {
        if (!_models.TryGetValue(key, out var shares) || shares.Count < SamplesMin)
            return null;

        var share = Math.Min(shares.Percentile95(), Million);
        var (pico, rest) = Int128.DivRem(worstCase.Pico * share, Million);
        return (Quantity.FromPico(rest == 0 ? pico : pico + 1), Quantity.FromPico((Int128)share * Million), shares.Count);
    }

    /// <summary>What a snapshot keeps, the model that was silent longest first.</summary>
    public ImmutableArray<BudgetTreeImage.Model> Save() =>
        [.. _models.Values.OrderBy(shares => shares.Turn).Select(shares => new BudgetTreeImage.Model(shares.Key, shares.InOrder()))];

    /// <summary>Puts back what <see cref="Save"/> gave.</summary>
    public void Restore(ImmutableArray<BudgetTreeImage.Model> models)
    {
        foreach (var model in models)
        {
            var shares = new Shares(model.Key);
            foreach (var share in model.Shares)
                shares.Add(share, ++_turn);
            _models.Add(model.Key, shares);
        }
    }

    /// <summary>The calls of one model, each in millionths of its most.</summary>
    private sealed class Shares(string key)
    {
        private readonly List<int> _ring = [];
        private int _next;
        private int? _percentile95;

        public string Key { get; } = key;

        /// <summary>When the newest was added, counted in additions.</summary>
        public long Turn { get; private set; }

        public int Count => _ring.Count;

        public void Add(int share, long turn)
        {
            if (_ring.Count < SamplesMax)
                _ring.Add(share);
            else
                _ring[_next] = share;
            _next = (_next + 1) % SamplesMax;
            _percentile95 = null;
            Turn = turn;
        }

        public int Percentile95()
        {
            if (_percentile95 is { } known)
                return known;

            Span<int> sorted = stackalloc int[_ring.Count];
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ring).CopyTo(sorted);
            sorted.Sort();
            var value = sorted[(((95 * sorted.Length) + 99) / 100) - 1];
            _percentile95 = value;
            return value;
        }

        public ImmutableArray<int> InOrder() =>
            _ring.Count < SamplesMax ? [.. _ring] : [.. _ring.Skip(_next), .. _ring.Take(_next)];
    }
}
