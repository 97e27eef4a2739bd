using GenOps.ControlPlane.Amounts;

namespace GenOps.ControlPlane.Reports;

public sealed class SpendRankingTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Top_OfMany_IsByWhatIsSpentAndThenByName()
    {
        var ranking = new SpendRanking();
        Spend("b", 2);
        Spend(null, 2);
        Spend("a", 2);
        Spend("z", 9);
        Spend("low", 1);
        ranking.Add(new SpendChange(At, new SpendKey("gone", null), Reserved: Quantity.One, Calls: 1));
        ranking.Add(new SpendChange(At, new SpendKey("gone", null), Reserved: Quantity.Zero - Quantity.One, Calls: -1));
        ranking.Add(new SpendChange(At, null, Spent: Quantity.FromUnits(-4)));

        var (items, other) = ranking.Top(4);

        Assert.Equal(["z", "a", "b", null], items.Select(item => item.Key));
        Assert.Equal(new SpendRest(1, Quantity.One, Quantity.Zero, Quantity.Zero, Quantity.Zero, 1), other);
        Assert.Equal(
            new SpendTotal(Quantity.FromUnits(12), Quantity.Zero, Quantity.Zero, Quantity.Zero, 5, Quantity.FromUnits(-4)), ranking.Total);
        Assert.Equal(0, ranking.Top(5).Other.Count);

        void Spend(string? key, int units) => ranking.Add(new SpendChange(At, new SpendKey(key, null), Spent: Quantity.FromUnits(units), Calls: 1));
    }

    [Fact]
    public void Add_OfAnotherBudget_SumsByTheSameValue()
    {
        var both = new SpendRanking();
        for (var i = 0; i < 2; i++)
        {
            var ranking = new SpendRanking();
            ranking.Add(new SpendChange(At, new SpendKey("gpt-4o", "openai"), Spent: Quantity.One, Overrun: Quantity.One, Calls: 1));
            ranking.Add(new SpendChange(At, new SpendKey("gpt-4o", i == 0 ? "azure" : null), Reserved: Quantity.One, Calls: 1));
            both.Add(ranking);
        }

        Assert.Equal(
            ["gpt-4o openai 2 0 2 2", "gpt-4o  0 1 0 1", "gpt-4o azure 0 1 0 1"],
            both.Top(10).Items.Select(item => $"{item.Key} {item.Provider} {item.Spent} {item.Reserved} {item.Overrun} {item.Calls}"));
        Assert.Equal(4, both.Total.Calls);
    }
}
