using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthorityNudgeTests
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly Principal Maria = Principal.Parse("user:maria");

    // No wait below ends by it unless something fails; a nudge has to be much faster than the poll.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Change_OnOneSilo_IsKnownToAllLongBeforeTheirNextPoll()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(3, TimeSpan.FromMinutes(1));
        await cluster.Tenant(Acme).PutAsync(new TenantDefinition(), Maria);

        var change = await cluster.Tenant(Acme).SuspendAsync("incident", Maria);

        for (var silo = 0; silo < cluster.Silos; silo++)
            Assert.Equal(change.Epoch, await KnownAsync(cluster.Watch(silo), change.Epoch));
    }

    [Fact]
    public async Task Change_ManyAtOnce_TheLastIsKnownToAll()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(2, TimeSpan.FromMinutes(1));
        var tenants = Enumerable.Range(0, 50).Select(number => TenantId.Parse($"t{number}")).ToArray();
        await Task.WhenAll(tenants.Select(tenant => cluster.Tenant(tenant).PutAsync(new TenantDefinition(), Maria)));

        var changes = await Task.WhenAll(tenants.Select(tenant => cluster.Tenant(tenant).SuspendAsync("incident", Maria)));

        var last = changes.MaxBy(change => change.Epoch.Value)!.Epoch;
        for (var silo = 0; silo < cluster.Silos; silo++)
            Assert.Equal(last, await KnownAsync(cluster.Watch(silo), last));
    }

    [Fact]
    public async Task Change_NudgeLost_IsKnownByThePoll()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(
            2, TimeSpan.FromMilliseconds(50), services => services.AddSingleton<IAuthorityNudge>(new LostNudge()));
        await cluster.Tenant(Acme).PutAsync(new TenantDefinition(), Maria);

        var change = await cluster.Tenant(Acme).SuspendAsync("incident", Maria);

        for (var silo = 0; silo < cluster.Silos; silo++)
            Assert.Equal(change.Epoch, await KnownAsync(cluster.Watch(silo), change.Epoch));
    }

    [Fact]
    public async Task Nudge_ThatSaysTooMuch_OnlyHasTheLedgerRead()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(2, TimeSpan.FromMinutes(1));
        await cluster.Tenant(Acme).PutAsync(new TenantDefinition(), Maria);
        var change = await cluster.Tenant(Acme).SuspendAsync("incident", Maria);
        await KnownAsync(cluster.Watch(1), change.Epoch);
        var before = (Snapshot: cluster.Watch(1).Current, cluster.Store.ChangesRead);

        cluster.Service<IAuthorityNudge>(0).Send(new Epoch(1_000));
        await cluster.WhenAsync(() => cluster.Store.ChangesRead > before.ChangesRead, Patience);

        Assert.Same(before.Snapshot, cluster.Watch(1).Current);
    }

    private static async Task<Epoch> KnownAsync(AuthorityWatch watch, Epoch epoch)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (watch.Current is var now && now.Epoch < epoch)
            await now.Changed.WaitAsync(limit.Token);
        return watch.Current.Epoch;
    }

    private sealed class LostNudge : IAuthorityNudge
    {
        public void Send(Epoch epoch)
        {
        }
    }
}
