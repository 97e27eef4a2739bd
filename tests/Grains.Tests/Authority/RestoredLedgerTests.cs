using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Authority;

/// <summary>After the database was restored, or replaced by another one, nothing is answered that is not in it.</summary>
public sealed class RestoredLedgerTests
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly Principal Maria = Principal.Parse("user:maria");
    private static readonly Guid OtherLedger = new("0199a5f0-7c3b-7d21-9d3e-000000000002");

    [Fact]
    public async Task OlderState_TenantAndItsKeys_AreThoseOfTheBackup()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(1, TimeSpan.FromMinutes(1));
        var (tenant, directory) = (cluster.Tenant(Acme), cluster.Service<TenantDirectory>(0));
        await tenant.PutAsync(new TenantDefinition("Acme"), Maria);
        var kept = await tenant.CreateKeyAsync(new KeyRequest(Role.Operator, Maria), Maria);
        var backup = cluster.Disk.Copy();
        var lost = await tenant.CreateKeyAsync(new KeyRequest(Role.Operator, Maria), Maria);
        await tenant.SuspendAsync("incident", Maria);
        Assert.NotNull(await directory.AuthenticateAsync(lost.Key));

        await cluster.RestoreAsync(backup);

        Assert.Equal((2, new Epoch(backup.Changes.Length)), (cluster.Watch(0).Current.Era, cluster.Watch(0).Current.Epoch));
        Assert.Equal(TenantState.Active, (await tenant.GetAsync()).State);
        Assert.Equal([kept.Id], (await tenant.ListKeysAsync()).Select(key => key.Id));
        Assert.Equal(TenantState.Active, (await directory.GetAsync(Acme)).State);
        Assert.NotNull(await directory.AuthenticateAsync(kept.Key));
        Assert.Null(await directory.AuthenticateAsync(lost.Key));
    }

    [Fact]
    public async Task OlderState_ChangesGoOnFromTheBackup()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(1, TimeSpan.FromMinutes(1));
        var tenant = cluster.Tenant(Acme);
        await tenant.PutAsync(new TenantDefinition("Acme"), Maria);
        var backup = cluster.Disk.Copy();
        await tenant.SuspendAsync("incident", Maria);
        await tenant.ResumeAsync("over", Maria);

        await cluster.RestoreAsync(backup);
        var change = await tenant.SuspendAsync("another", Maria);

        Assert.Equal(new Epoch(backup.Changes.Length), change.Epoch);
        Assert.Equal((2, change.Epoch), (cluster.Watch(0).Current.Era, cluster.Watch(0).Current.Epoch));
        Assert.Equal(TenantState.Suspended, (await cluster.Service<TenantDirectory>(0).GetAsync(Acme)).State);
    }

    [Fact]
    public async Task OlderState_Budget_IsThatOfTheBackup()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(1, TimeSpan.FromMinutes(1));
        await cluster.Tenant(Acme).PutAsync(new TenantDefinition("Acme"), Maria);
        var budget = cluster.Budget(Acme, "usd");
        await budget.PutAsync(Usd("100"), Maria);
        var backup = cluster.Disk.Copy();
        await budget.PutAsync(Usd("50"), Maria);
        await cluster.Tenant(Acme).SuspendAsync("incident", Maria);

        await cluster.RestoreAsync(backup);

        Assert.Equal(Quantity.Parse("100"), (await budget.GetDefinitionAsync()).Limit);
        Assert.NotNull(await budget.GetHeaderAsync());
    }

    [Fact]
    public async Task AnotherLedger_NothingOfTheFormerIsAnswered()
    {
        await using var cluster = await SharedLedgerCluster.StartAsync(1, TimeSpan.FromMinutes(1));
        var (tenant, directory, budget) = (cluster.Tenant(Acme), cluster.Service<TenantDirectory>(0), cluster.Budget(Acme, "usd"));
        await tenant.PutAsync(new TenantDefinition("Acme"), Maria);
        var key = await tenant.CreateKeyAsync(new KeyRequest(Role.Operator, Maria), Maria);
        await budget.PutAsync(Usd("100"), Maria);
        Assert.NotNull(await directory.AuthenticateAsync(key.Key));

        await cluster.RestoreAsync(new SimulatedDisk { Incarnation = OtherLedger });

        Assert.Equal((2, OtherLedger), (cluster.Watch(0).Current.Era, cluster.Watch(0).Current.Incarnation));
        Assert.Equal("tenant_not_found", (await Assert.ThrowsAsync<NotFoundException>(tenant.GetAsync)).Code);
        Assert.False((await directory.GetAsync(Acme)).Exists);
        Assert.Null(await directory.AuthenticateAsync(key.Key));
        Assert.Null(await budget.GetHeaderAsync());
        Assert.Equal("Anew", (await tenant.PutAsync(new TenantDefinition("Anew"), Maria)).DisplayName);
    }

    private static BudgetDefinition Usd(string limit) => new(Unit.Parse("USD"), Limit: Quantity.Parse(limit), Period: BudgetPeriod.None);
}
