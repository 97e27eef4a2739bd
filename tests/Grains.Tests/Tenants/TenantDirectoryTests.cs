using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Tenants;

public sealed class TenantDirectoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly Principal Maria = Principal.Parse("user:maria");

    private readonly TenantStream _ledger = new(new StreamId(ITenantGrain.Key(Acme)));
    private readonly AuthorityWatch _watch;
    private readonly TenantDirectory _tenants;

    public TenantDirectoryTests()
    {
        _watch = new AuthorityWatch(_ledger, TimeProvider.System, Options.Create(new AuthorityWatchOptions()), NullLogger<AuthorityWatch>.Instance);
        _tenants = new TenantDirectory(_ledger, _watch, TimeProvider.System, Options.Create(new TenantDirectoryOptions()));
        _ledger.Append(new TenantDefined(new TenantDefinition("Acme"), Maria), Start);
        _ledger.Append(new KeyIssued("k1", "hash", new KeyRequest(Role.Admin, Maria), Maria), Start);
    }

    [Fact]
    public async Task Get_AfterAChange_ReadsWhatIsNewAndLeavesTheFormerRecordAlone()
    {
        await _watch.RefreshAsync();
        var before = await _tenants.GetAsync(Acme);
        Assert.Same(before, await _tenants.GetAsync(Acme));
        Assert.Equal(2, _ledger.EntriesRead);

        _ledger.Append(new PricesDefined([PriceOverlayTests.Price("m", "1")], "v1", Maria), Start.AddHours(1));
        _ledger.Append(new KeyRevoked("k1", Maria), Start.AddHours(2));
        Assert.Same(before, await _tenants.GetAsync(Acme));
        await _watch.RefreshAsync();
        var after = await _tenants.GetAsync(Acme);

        Assert.Equal(4, _ledger.EntriesRead);
        Assert.False(_tenants.IsFresh(Acme, before));
        Assert.True(_tenants.IsFresh(Acme, after));
        Assert.Equal(("v1", Start.AddHours(2)), (after.Prices.Newest.Overlay.Version, after.Keys["k1"].RevokedAt));
        Assert.Equal((PriceOverlay.Empty.Version, null), (before.Prices.Newest.Overlay.Version, before.Keys["k1"].RevokedAt));
        Assert.Equal((TenantState.Active, "Acme"), (after.State, after.View().DisplayName));
    }

    [Fact]
    public async Task Get_FromManyAtOnceAfterAChange_ReadsWhatIsNewOnce()
    {
        await _watch.RefreshAsync();
        await _tenants.GetAsync(Acme);
        _ledger.Append(new TenantSuspended("incident", Maria), Start.AddHours(1));
        await _watch.RefreshAsync();

        var records = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await _tenants.GetAsync(Acme))));

        Assert.Single(records.Distinct());
        Assert.Equal(TenantState.Suspended, records[0].State);
        Assert.Equal(3, _ledger.EntriesRead);
    }

    [Fact]
    public async Task Get_StreamThatDoesNotFollowWhatWasRead_IsRefused()
    {
        await _watch.RefreshAsync();
        await _tenants.GetAsync(Acme);
        _ledger.Forge(1, new KeyIssued("k2", "other", new KeyRequest(Role.Admin, Maria), Maria), Start);
        _ledger.Append(new TenantSuspended("incident", Maria), Start.AddHours(1));
        await _watch.RefreshAsync();

        var refused = await Assert.ThrowsAsync<UnavailableException>(async () => await _tenants.GetAsync(Acme));

        Assert.Contains("does not follow #2", refused.Message, StringComparison.Ordinal);
    }
}
