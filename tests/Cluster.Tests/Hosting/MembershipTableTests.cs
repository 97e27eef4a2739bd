using System.Net;
using GenOps.ControlPlane.Cluster.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;

namespace GenOps.ControlPlane.Cluster.Tests.Hosting;

/// <summary>Orleans' table of members on our schema: every change is made on the version that it was decided on, or not at all.</summary>
[Collection(PostgresCollection.Name)]
public sealed class MembershipTableTests(PostgresFixture server)
{
    private static readonly DateTime Start = new(2026, 3, 4, 12, 0, 0, 123, DateTimeKind.Utc);

    [Fact]
    public async Task Initialize_Again_KeepsTheVersion()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        await table.InsertRowAsync(Member(1), new TableVersion(0, "0").Next(), default);

        await table.InitializeMembershipTableAsync(true, default);

        Assert.Equal(1, (await table.ReadAllAsync(default)).Version.Version);
    }

    [Fact]
    public async Task Insert_EveryPart_IsReadBack()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        var member = Member(1, "2001:db8::7");

        Assert.True(await InsertAsync(table, member));

        var (read, _) = Assert.Single((await table.ReadRowAsync(member.SiloAddress, default)).Members);
        Assert.Equal(
            (member.SiloAddress, member.SiloName, member.HostName, member.Status, member.ProxyPort, member.StartTime, member.IAmAliveTime),
            (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Empty((await table.ReadRowAsync(Member(2).SiloAddress, default)).Members);
    }

    [Fact]
    public async Task Insert_OnAnOldVersionOrTwice_ChangesNothing()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        Assert.True(await InsertAsync(table, Member(1)));

        Assert.False(await table.InsertRowAsync(Member(2), new TableVersion(0, "0").Next(), default));
        Assert.False(await InsertAsync(table, Member(1)));

        var all = await table.ReadAllAsync(default);
        Assert.Equal(1, all.Version.Version);
        Assert.Single(all.Members);
    }

    [Fact]
    public async Task Update_WithVotes_IsReadBackAndAnOldVersionChangesNothing()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        var member = Member(1);
        await InsertAsync(table, member);
        var before = await table.ReadAllAsync(default);
        member.Status = SiloStatus.Dead;
        member.AddSuspector(Member(2).SiloAddress, Start);

        Assert.True(await table.UpdateRowAsync(member, before.Version.VersionEtag, before.Version.Next(), default));
        member.Status = SiloStatus.Active;
        Assert.False(await table.UpdateRowAsync(member, before.Version.VersionEtag, before.Version.Next(), default));

        var after = await table.ReadAllAsync(default);
        var (read, _) = Assert.Single(after.Members);
        Assert.Equal((2, SiloStatus.Dead), (after.Version.Version, read.Status));
        Assert.Equal((Member(2).SiloAddress, Start), (Assert.Single(read.SuspectTimes!).Item1, read.SuspectTimes![0].Item2));
    }

    [Fact]
    public async Task Update_ByManyAtOnceOnOneVersion_IsMadeByOne()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        foreach (var number in Enumerable.Range(1, 8))
            Assert.True(await InsertAsync(table, Member(number)));
        for (var round = 0; round < 25; round++)
        {
            var version = (await table.ReadAllAsync(default)).Version;

            var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => table.UpdateRowAsync(Member(number), version.VersionEtag, version.Next(), default)));

            Assert.Single(outcomes, made => made);
        }

        Assert.Equal(8 + 25, (await table.ReadAllAsync(default)).Version.Version);
    }

    [Fact]
    public async Task Alive_Told_ChangesTheRowAndNotTheVersion()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        var member = Member(1);
        await InsertAsync(table, member);
        member.IAmAliveTime = Start.AddSeconds(5);

        await table.UpdateIAmAliveAsync(member, default);

        var all = await table.ReadAllAsync(default);
        Assert.Equal(1, all.Version.Version);
        Assert.Equal(Start.AddSeconds(5), Assert.Single(all.Members).Item1.IAmAliveTime);
    }

    [Fact]
    public async Task Cleanup_OldRows_TakesTheDeadAlone()
    {
        await using var database = await server.CreateAsync();
        var table = await OpenAsync(database);
        var (dead, alive, recent) = (Member(1), Member(2), Member(3));
        dead.Status = SiloStatus.Dead;
        recent.Status = SiloStatus.Dead;
        recent.IAmAliveTime = Start.AddDays(9);
        foreach (var member in new[] { dead, alive, recent })
            Assert.True(await InsertAsync(table, member));

        await table.CleanupDefunctSiloEntriesAsync(Start.AddDays(8), default);

        Assert.Equal(
            [alive.SiloAddress, recent.SiloAddress],
            (await table.ReadAllAsync(default)).Members.Select(member => member.Item1.SiloAddress).Order());
    }

    [Fact]
    public async Task Clusters_InOneDatabase_DoNotSeeEachOther()
    {
        await using var database = await server.CreateAsync();
        var (one, other) = (await OpenAsync(database), await OpenAsync(database, "other"));
        await InsertAsync(one, Member(1));

        Assert.Empty((await other.ReadAllAsync(default)).Members);
        await one.DeleteMembershipTableEntriesAsync("genops", default);
        Assert.Empty((await one.ReadAllAsync(default)).Members);
    }

    private static async Task<AdoNetClusteringTable> OpenAsync(PostgresDatabase database, string cluster = "genops")
    {
        var table = new AdoNetClusteringTable(
            new ServiceCollection().BuildServiceProvider(),
            Options.Create(new ClusterOptions { ClusterId = cluster }),
            Options.Create(new AdoNetClusteringSiloOptions { Invariant = "Npgsql", DataSource = database.Sources.Runtime }),
            NullLogger<AdoNetClusteringTable>.Instance);
        await table.InitializeMembershipTableAsync(true, default);
        return table;
    }

    private static async Task<bool> InsertAsync(AdoNetClusteringTable table, MembershipEntry member) =>
        await table.InsertRowAsync(member, (await table.ReadAllAsync(default)).Version.Next(), default);

    private static MembershipEntry Member(int number, string address = "127.0.0.1") => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse(address), 11_110 + number, 77),
        SiloName = $"silo-{number}",
        HostName = "host",
        Status = SiloStatus.Active,
        ProxyPort = 30_000 + number,
        StartTime = Start,
        IAmAliveTime = Start,
    };
}
