using System.Globalization;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Faults;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;

namespace GenOps.ControlPlane.Cluster.Tests.Hosting;

/// <summary>What three nodes on one PostgreSQL are to one another.</summary>
public sealed class MemberTests(ThreeNodes cluster, ITestOutputHelper output) : IClassFixture<ThreeNodes>
{
    [Fact]
    public async Task Budgets_OfManyTenants_AreSpreadOverAllSilos()
    {
        const int budgets = 3_000;
        var grains = cluster.Nodes[0].Services.GetRequiredService<IGrainFactory>();
        var management = grains.GetGrain<IManagementGrain>(0);
        var keys = Enumerable.Range(0, budgets).Select(number => grains.GetGrain<IBudgetGrain>(
            IBudgetGrain.Key(TenantId.Parse($"tenant-{number % 50}"), BudgetRoot.Parse(string.Create(CultureInfo.InvariantCulture, $"budget-{number}"))))).ToArray();
        foreach (var some in keys.Chunk(100))
            await Task.WhenAll(some.Select(async budget => await budget.GetHeaderAsync()));

        var silos = new Dictionary<SiloAddress, int>();
        foreach (var budget in keys)
        {
            var silo = (await management.GetActivationAddress(budget))!;
            silos[silo] = silos.GetValueOrDefault(silo) + 1;
        }

        output.WriteLine(string.Join(Environment.NewLine, silos.Select(silo => $"{silo.Key}: {silo.Value}")));
        Assert.Equal(3, silos.Count);
        Assert.Equal(budgets, silos.Values.Sum());
        Assert.All(silos.Values, count => Assert.InRange(count, budgets / 5, budgets * 3 / 5));
    }

    [Fact]
    public void Find_TheSecondTime_IsStillTheActorThatOrleansFinds()
    {
        foreach (var node in cluster.Nodes)
        {
            var grains = node.Services.GetRequiredService<IGrainFactory>();
            AssertFinds<ITenantGrain>(grains, ITenantGrain.Key(TenantId.Parse("found")));
            AssertFinds<IAgentGrain>(grains, IAgentGrain.Key(TenantId.Parse("found"), AgentId.Parse("bot")));
            AssertFinds<IBudgetGrain>(grains, IBudgetGrain.Key(TenantId.Parse("found"), BudgetRoot.Parse("budget")));
        }

        static void AssertFinds<TGrain>(IGrainFactory grains, string key) where TGrain : class, IGrainWithStringKey
        {
            var expected = (GrainReference)(object)grains.GetGrain<TGrain>(key);
            foreach (var found in new[] { grains.Find<TGrain>(key), grains.Find<TGrain>(key) })
            {
                var reference = Assert.IsType<GrainReference>(found, exactMatch: false);
                Assert.Equal(expected.GrainId, reference.GrainId);
                Assert.Equal(expected.InterfaceType, reference.InterfaceType);
                Assert.Equal(expected.InterfaceVersion, reference.InterfaceVersion);
                Assert.Equal(expected.GetType(), reference.GetType());
            }

            Assert.NotEqual(expected.GrainId, ((GrainReference)(object)grains.Find<TGrain>(key + "-other")).GrainId);
        }
    }

    [Fact]
    public async Task WorkloadIndex_WhatOneSiloAdmitted_IsKnownToAll()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var (tenant, agent) = (TenantId.Parse("indexed"), AgentId.Parse("bot"));
        var indexes = cluster.Nodes.Select(node => node.Services.GetRequiredService<WorkloadIndex>()).ToArray();
        var ids = Enumerable.Range(0, 100).Select(_ => WorkloadId.New(TimeProvider.System.GetUtcNow())).ToArray();

        foreach (var id in ids)
            indexes[0].Remember(indexes[0].Ledger, tenant, id, agent);

        // Nobody waits for what is told, so that it may come a moment later.
        foreach (var index in indexes)
        {
            foreach (var id in ids)
                await Poll.UntilAsync(async () => await index.FindAsync(tenant, id, cancellationToken) == agent, TimeSpan.FromSeconds(10), () => $"workload {id} is not known", cancellationToken);
        }

        Assert.Null(await indexes[1].FindAsync(tenant, WorkloadId.New(TimeProvider.System.GetUtcNow()), cancellationToken));
    }

    [Fact]
    public async Task AdminKey_OfThreeNodesStartedAtOnce_IsOneAndInOneDataDirectory()
    {
        var files = cluster.DataDirectories.SelectMany(Directory.EnumerateFileSystemEntries).ToArray();
        Assert.Equal(NodeHost.AdminKeyFileName, Path.GetFileName(Assert.Single(files)));
        Assert.True(ApiKey.TryParse((await File.ReadAllTextAsync(files[0], TestContext.Current.CancellationToken)).Trim(), out var written));

        var everyTenant = cluster.Nodes[2].Services.GetRequiredService<IGrainFactory>().GetGrain<ITenantGrain>(ITenantGrain.Key(TenantId.All));
        var key = Assert.Single(await everyTenant.ListKeysAsync());

        Assert.Equal((written.Id, Role.Admin, null), (key.Id, key.Role, key.RevokedAt));
    }

    [Fact]
    public async Task Snapshot_FirstWrittenByTwoAtOnce_IsWrittenByOne()
    {
        var storages = cluster.Nodes.Select(node => node.Services.GetRequiredKeyedService<IGrainStorage>(SnapshotStore.ProviderName)).ToArray();
        for (var round = 0; round < 20; round++)
        {
            var grain = GrainId.Create("test", $"b/race/{round}");
            var outcomes = await Task.WhenAll(storages.Select(async (storage, writer) =>
            {
                var state = new GrainState<LedgerSnapshot>(new LedgerSnapshot { HeadNumber = writer, HeadHash = [1, 2, 3], Payload = [4, (byte)writer] });
                try
                {
                    await storage.WriteStateAsync("snapshot", grain, state);
                    return writer;
                }
                catch (InconsistentStateException)
                {
                    return -1;
                }
            }));

            var winner = Assert.Single(outcomes, outcome => outcome >= 0);
            var read = new GrainState<LedgerSnapshot>(new LedgerSnapshot());
            await storages[0].ReadStateAsync("snapshot", grain, read);
            Assert.Equal((true, winner, "1"), (read.RecordExists, read.State!.HeadNumber, read.ETag));
            Assert.Equal([4, (byte)winner], read.State!.Payload);
        }
    }

    [Fact]
    public async Task Snapshot_WrittenClearedAndWrittenByAStaleHolder_KeepsTheNewest()
    {
        var storage = cluster.Nodes[1].Services.GetRequiredKeyedService<IGrainStorage>(SnapshotStore.ProviderName);
        var grain = GrainId.Create("test", "b/stale/1");
        var state = new GrainState<LedgerSnapshot>(new LedgerSnapshot { HeadNumber = 1, HeadHash = [1], Payload = [1] });
        await storage.WriteStateAsync("snapshot", grain, state);
        var stale = new GrainState<LedgerSnapshot>(new LedgerSnapshot { HeadNumber = 9, HeadHash = [9], Payload = [9] }, state.ETag) { RecordExists = true };
        await storage.WriteStateAsync("snapshot", grain, state);
        Assert.Equal("2", state.ETag);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("snapshot", grain, stale));

        await storage.ClearStateAsync("snapshot", grain, state);
        Assert.Equal("3", state.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("snapshot", grain, stale));
        var read = new GrainState<LedgerSnapshot>(new LedgerSnapshot());
        await storage.ReadStateAsync("snapshot", grain, read);
        Assert.False(read.RecordExists);
        Assert.Equal("3", read.ETag);
    }

    [Fact]
    public async Task Members_AreInTheTable_AndTheRuntimeRoleCanNeitherDeleteNorMake()
    {
        await using var runtime = NpgsqlDataSource.Create(cluster.Database.Runtime);
        await using var members = runtime.CreateCommand("SELECT count(*) FROM genops.membership WHERE cluster_id = 'genops' AND status = 3");
        Assert.Equal(3L, await members.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        foreach (var forbidden in new[] { "DELETE FROM genops.grain_state", "UPDATE genops.orleansquery SET querytext = ''", "CREATE TABLE genops.mine ()", "DROP TABLE genops.membership" })
        {
            await using var command = runtime.CreateCommand(forbidden);
            var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        }
    }
}
