using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// When what last changed; immutable and bounded. It has two generations: once the younger one is full it takes the
/// place of the elder, which is forgotten as a whole, so that a change costs the same however many are remembered.
/// </summary>
/// <typeparam name="TKey">What changes.</typeparam>
internal sealed class LastChanges<TKey> where TKey : struct, IEquatable<TKey>
{
    private readonly ImmutableDictionary<TKey, Epoch> _younger;
    private readonly ImmutableDictionary<TKey, Epoch> _elder;
    private readonly Epoch _elderTo;

    private LastChanges(ImmutableDictionary<TKey, Epoch> younger, ImmutableDictionary<TKey, Epoch> elder, Epoch elderTo, Epoch floor)
    {
        _younger = younger;
        _elder = elder;
        _elderTo = elderTo;
        Floor = floor;
    }

    /// <summary>Nothing is remembered, and nothing changed after <paramref name="floor"/>.</summary>
    public static LastChanges<TKey> Since(Epoch floor) =>
        new(ImmutableDictionary<TKey, Epoch>.Empty, ImmutableDictionary<TKey, Epoch>.Empty, floor, floor);

    /// <summary>What is not remembered did not change after this.</summary>
    public Epoch Floor { get; }

    /// <summary>How many are remembered.</summary>
    public int Count => _younger.Count + _elder.Count;

    /// <summary>When <paramref name="key"/> last changed, or <see cref="Floor"/> if that is not remembered.</summary>
    public Epoch Of(TKey key) => _younger.TryGetValue(key, out var epoch) || _elder.TryGetValue(key, out epoch) ? epoch : Floor;

    /// <summary>These and later ones, which are in order; at most <paramref name="countMax"/> are remembered.</summary>
    public LastChanges<TKey> With(IEnumerable<(TKey Key, Epoch Epoch)> changes, int countMax)
    {
        var (elder, elderTo, floor) = (_elder, _elderTo, Floor);
        var younger = _younger.ToBuilder();
        foreach (var (key, epoch) in changes)
        {
            younger[key] = epoch;
            if (younger.Count < countMax / 2)
                continue;

            floor = elderTo;
            elder = younger.ToImmutable();
            elderTo = epoch;
            younger = ImmutableDictionary.CreateBuilder<TKey, Epoch>();
        }

        return new LastChanges<TKey>(younger.ToImmutable(), elder, elderTo, floor);
    }
}
