using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Budgets;

public sealed class DueListTests
{
    private const string A = "b/acme/a";
    private const string B = "b/acme/b";
    private const string C = "b/acme/c";

    [Fact]
    public async Task Start_EveryBudgetIsAskedOnce()
    {
        var budgets = new AskedBudgets(16, A, B);

        await budgets.ScanAfter(0);
        Assert.Equal([A, B], budgets.Open.Order());
        budgets.Answer(A, null);
        budgets.Answer(B, null);
        await budgets.ScanAfter(3600);

        Assert.Empty(budgets.Open);
    }

    [Fact]
    public async Task Start_ManyBudgets_EachIsAsked()
    {
        var keys = Enumerable.Range(0, 450).Select(number => $"b/acme/{number:000}").ToArray();
        var budgets = new AskedBudgets(1_000, keys);

        await budgets.ScanAfter(0);

        Assert.Equal(keys, budgets.Open.Order());
    }

    [Fact]
    public async Task Start_TheFirstQuestionFails_IsAskedAgain()
    {
        var budgets = new AskedBudgets(16, A);
        await budgets.ScanAfter(0);
        budgets.Fail(A);

        await budgets.ScanAfter(1);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Start_TheLedgerCannotBeRead_TheNextLookAsksAll()
    {
        var budgets = new AskedBudgets(16, A) { ListBroken = true };
        await Assert.ThrowsAsync<LedgerStoreException>(() => budgets.ScanAfter(0));
        budgets.ListBroken = false;

        await budgets.ScanAfter(1);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Due_IsAskedThenAndNotBefore()
    {
        var budgets = new AskedBudgets(16);
        budgets.List.Set(A, budgets.In(10));

        await budgets.ScanAfter(9);
        Assert.Empty(budgets.Open);
        await budgets.ScanAfter(1);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Answer_OvertakenByANewHold_TheNewHoldStaysDue()
    {
        var budgets = new AskedBudgets(16);
        budgets.List.Set(A, budgets.In(0));
        await budgets.ScanAfter(0);

        // The budget said that nothing is held; before that is heard, its next turn holds again.
        budgets.List.Set(A, budgets.In(5));
        budgets.Answer(A, null);
        await budgets.ScanAfter(5);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Answer_LaterThanANewHold_TheNewHoldStaysDue()
    {
        var budgets = new AskedBudgets(16);
        budgets.List.Set(A, budgets.In(0));
        await budgets.ScanAfter(0);

        budgets.List.Set(A, budgets.In(5));
        budgets.Answer(A, budgets.In(60));
        await budgets.ScanAfter(5);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Answer_WhenTheNextHoldEnds_IsAskedThen()
    {
        var budgets = new AskedBudgets(16, A);
        await budgets.ScanAfter(0);
        budgets.Answer(A, budgets.In(60));

        await budgets.ScanAfter(59);
        Assert.Empty(budgets.Open);
        await budgets.ScanAfter(1);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Failure_WhileANewHoldWasNoted_IsAskedAgainAtTheNextLook()
    {
        var budgets = new AskedBudgets(16);
        budgets.List.Set(A, budgets.In(0));
        await budgets.ScanAfter(0);

        budgets.List.Set(A, budgets.In(60));
        budgets.Fail(A);
        await budgets.ScanAfter(1);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task Hanging_OneBudget_TheOthersAreAskedAndItIsNotAskedTwice()
    {
        var budgets = new AskedBudgets(2);
        budgets.List.Set(A, budgets.In(0));
        await budgets.ScanAfter(0);
        budgets.List.Set(A, budgets.In(0));
        budgets.List.Set(B, budgets.In(0));

        await budgets.ScanAfter(1);
        Assert.Equal([A, B], budgets.Open);
        budgets.Answer(B, null);
        budgets.List.Set(C, budgets.In(0));
        await budgets.ScanAfter(1);

        Assert.Equal([A, C], budgets.Open);
    }

    [Fact]
    public async Task Due_MoreThanMayBeAskedAtOnce_TheRestIsAskedAsPlacesGetFree()
    {
        var budgets = new AskedBudgets(2, A, B, C);
        var scan = budgets.ScanAfter(0);
        Assert.False(scan.IsCompleted);
        Assert.Equal(2, budgets.Open.Count());

        budgets.Answer(budgets.Open.First(), null);
        await scan;

        Assert.Equal(2, budgets.Open.Count());
    }

    [Fact]
    public async Task LedgerReplaced_EveryBudgetIsAskedAgain()
    {
        var budgets = new AskedBudgets(16, A, B);
        await budgets.Watch.RefreshAsync();
        await budgets.ScanAfter(0);
        budgets.Answer(A, null);
        budgets.Answer(B, null);
        await budgets.ScanAfter(1);
        Assert.Empty(budgets.Open);

        budgets.Incarnation = new("0199a5f0-7c3b-7d21-9d3e-000000000002");
        await budgets.Watch.RefreshAsync();
        await budgets.ScanAfter(1);

        Assert.Equal([A, B], budgets.Open.Order());
    }

    [Fact]
    public async Task Start_AnotherSiloComesFirst_ItsListIsLeftToIt()
    {
        var budgets = new AskedBudgets(16, A);
        budgets.Silos.Add(AskedBudgets.Silo(1));

        await budgets.ScanAfter(0);

        Assert.Empty(budgets.Open);
    }

    [Fact]
    public async Task SiloLost_TheFirstOfTheOthers_AsksEveryBudgetAfterThePause()
    {
        var budgets = new AskedBudgets(16, A, B);
        budgets.Silos.AddRange([AskedBudgets.Silo(1), AskedBudgets.Silo(3)]);
        await budgets.ScanAfter(0);
        budgets.Silos.Remove(AskedBudgets.Silo(1));

        await budgets.ScanAfter(1);
        await budgets.ScanAfter(9);
        Assert.Empty(budgets.Open);
        await budgets.ScanAfter(1);

        Assert.Equal([A, B], budgets.Open.Order());
    }

    [Fact]
    public async Task SiloLost_AnotherOfTheOthersComesFirst_LeavesItToThat()
    {
        var budgets = new AskedBudgets(16, A);
        budgets.Silos.AddRange([AskedBudgets.Silo(1), AskedBudgets.Silo(3)]);
        await budgets.ScanAfter(0);
        budgets.Silos.Remove(AskedBudgets.Silo(3));

        await budgets.ScanAfter(1);
        await budgets.ScanAfter(20);

        Assert.Empty(budgets.Open);
    }

    [Fact]
    public async Task SiloLost_AgainAndAgain_AsksEveryBudgetAfterThreePausesAllTheSame()
    {
        var budgets = new AskedBudgets(16, A);
        budgets.Silos.AddRange([AskedBudgets.Silo(1), AskedBudgets.Silo(3)]);
        await budgets.ScanAfter(0);
        budgets.Silos.Remove(AskedBudgets.Silo(1));
        await budgets.ScanAfter(1);
        for (var loss = 0; loss < 5; loss++)
        {
            budgets.Silos.Remove(AskedBudgets.Silo(3));
            await budgets.ScanAfter(3);
            budgets.Silos.Add(AskedBudgets.Silo(3));
            await budgets.ScanAfter(2);
        }

        await budgets.ScanAfter(4);
        Assert.Empty(budgets.Open);
        await budgets.ScanAfter(1);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task SiloLost_TheFirstOfTheOthersIsLostToo_TheNextOneAsks()
    {
        var budgets = new AskedBudgets(16, A);
        budgets.Silos.AddRange([AskedBudgets.Silo(1), AskedBudgets.Silo(3)]);
        await budgets.ScanAfter(0);
        budgets.Silos.Remove(AskedBudgets.Silo(3));
        await budgets.ScanAfter(1);
        budgets.Silos.Remove(AskedBudgets.Silo(1));

        await budgets.ScanAfter(1);
        await budgets.ScanAfter(10);

        Assert.Equal([A], budgets.Open);
    }

    [Fact]
    public async Task SilosLostOneAfterTheOther_EveryBudgetIsAskedOnce()
    {
        var budgets = new AskedBudgets(16, A);
        budgets.Silos.AddRange([AskedBudgets.Silo(1), AskedBudgets.Silo(3)]);
        await budgets.ScanAfter(0);
        budgets.Silos.Clear();
        await budgets.ScanAfter(1);
        await budgets.ScanAfter(10);
        budgets.Answer(A, null);

        await budgets.ScanAfter(60);

        Assert.Empty(budgets.Open);
    }
}
