using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthorityWatchTests
{
    private readonly ScriptedChanges _ledger = new();

    private AuthorityWatch Watch => _ledger.Watch;

    [Fact]
    public async Task Poll_NothingChanged_PublishesNothing()
    {
        await Watch.RefreshAsync();
        var before = Watch.Current;
        _ledger.Clock.Advance(TimeSpan.FromSeconds(5));

        await Watch.RefreshAsync();

        Assert.Same(before, Watch.Current);
        Assert.False(before.Changed.IsCompleted);
        Assert.Equal(TimeSpan.Zero, Watch.Age);
    }

    [Fact]
    public async Task Poll_SomethingChanged_TellsThoseWhoWaitForIt()
    {
        await Watch.RefreshAsync();
        var before = Watch.Current;
        var epoch = _ledger.Change("a/acme/a");

        await Watch.CatchUpAsync(epoch);

        Assert.True(before.Changed.IsCompletedSuccessfully);
        Assert.False(Watch.Current.Changed.IsCompleted);
        Assert.Equal((1, epoch), (Watch.Current.Era, Watch.Current.Epoch));
    }

    [Fact]
    public async Task Poll_AnotherLedger_BeginsAnEraAndGoesOn()
    {
        await Watch.RefreshAsync();
        var before = Watch.Current;
        (_ledger.Incarnation, _ledger.Epoch) = (ScriptedChanges.OtherLedger, new Epoch(100));

        await Watch.RefreshAsync();

        Assert.True(before.Changed.IsCompletedSuccessfully);
        Assert.Equal((2, new Epoch(100), _ledger.Incarnation), (Watch.Current.Era, Watch.Current.Epoch, Watch.Current.Incarnation));
        var epoch = _ledger.Change("a/acme/a");
        await Watch.CatchUpAsync(epoch);
        Assert.Equal((2, epoch), (Watch.Current.Era, Watch.Current.Epoch));
    }

    [Fact]
    public async Task Poll_OlderLedger_BeginsAnEraAndGoesOn()
    {
        await Watch.RefreshAsync();
        _ledger.Epoch = new Epoch(3);

        await Watch.RefreshAsync();
        await Watch.RefreshAsync();

        Assert.Equal((2, new Epoch(3)), (Watch.Current.Era, Watch.Current.Epoch));
        await Assert.ThrowsAsync<UnavailableException>(() => Watch.CatchUpAsync(new Epoch(7)));
    }
}
