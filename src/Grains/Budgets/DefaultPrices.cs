using System.Collections.Immutable;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Budgets;

/// <summary>The default prices that a budget has had: what was reserved is settled at the price of then. Immutable.</summary>
/// <param name="Changes">When each came into force, oldest first; a price of null is none.</param>
internal sealed record DefaultPrices(ImmutableArray<DefaultPrices.Change> Changes)
{
    /// <summary>The most prices kept; older work is settled at the oldest that is.</summary>
    public const int ChangesMax = 100;

    public static DefaultPrices None { get; } = new([]);

    /// <summary>The price in force at <paramref name="instant"/>; null if there is none.</summary>
    public DefaultPrice? At(DateTimeOffset instant)
    {
        for (var i = Changes.Length - 1; i > 0; i--)
        {
            if (Changes[i].At <= instant)
                return Changes[i].Price;
        }

        return Changes.IsEmpty ? null : Changes[0].Price;
    }

    /// <summary>These, and from <paramref name="at"/> on <paramref name="price"/>.</summary>
    public DefaultPrices With(DefaultPrice? price, DateTimeOffset at)
    {
        if (!Changes.IsEmpty && Changes[^1].Price == price)
            return this;

        var changes = Changes.Add(new Change(at, price));
        return new(changes.Length > ChangesMax ? changes.RemoveAt(0) : changes);
    }

    internal sealed record Change(DateTimeOffset At, DefaultPrice? Price);
}
