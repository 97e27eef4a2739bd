using System.Reflection;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Grains.Tests.Workloads;

public sealed class WorkloadIndexTests
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Zeta = TenantId.Parse("zeta");
    private static readonly AgentId Bot = AgentId.Parse("bot");

    private readonly FakeTimeProvider _clock = new();
    private readonly Ledgers _ledger = new();
    private readonly AuthorityWatch _watch;
    private readonly WorkloadId _id = WorkloadId.New(DateTimeOffset.UnixEpoch);

    public WorkloadIndexTests() =>
        _watch = new AuthorityWatch(_ledger.Reader, _clock, Options.Create(new AuthorityWatchOptions()), NullLogger<AuthorityWatch>.Instance);

    [Fact]
    public async Task FindAsync_TheLedgerWasReplaced_AsksAnew()
    {
        var cluster = new Memory { Find = () => Task.FromResult<AgentId?>(null) };
        var index = Index(cluster);
        index.Remember(index.Ledger, Acme, _id, Bot);

        _ledger.Incarnation = Guid.CreateVersion7(_clock.GetUtcNow());
        await _watch.RefreshAsync();

        Assert.Null(await index.FindAsync(Acme, _id, TestContext.Current.CancellationToken));
        index.Remember(index.Ledger, Acme, _id, AgentId.Parse("rival"));
        Assert.Equal(AgentId.Parse("rival"), await index.FindAsync(Acme, _id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FindAsync_WhatThisSiloAdmitted_AsksNobody()
    {
        var cluster = new Memory { Find = () => throw new InvalidOperationException("asked") };
        var index = Index(cluster);

        index.Remember(index.Ledger, Acme, _id, Bot);

        Assert.Equal(Bot, await index.FindAsync(Acme, _id, TestContext.Current.CancellationToken));
        Assert.Equal([(IWorkloadIndexGrain.Key(_id), Acme, _id, Bot)], cluster.Told);
    }

    [Fact]
    public async Task FindAsync_TheSameIdOfAnotherTenant_IsNotKnown()
    {
        var index = Index(new Memory { Find = () => Task.FromResult<AgentId?>(null) });

        index.Remember(index.Ledger, Acme, _id, Bot);

        Assert.Null(await index.FindAsync(Zeta, _id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FindAsync_WhatAnotherSiloAdmitted_AsksOnce()
    {
        var cluster = new Memory { Find = () => Task.FromResult<AgentId?>(Bot) };
        var index = Index(cluster);

        Assert.Equal(Bot, await index.FindAsync(Acme, _id, TestContext.Current.CancellationToken));
        Assert.Equal(Bot, await index.FindAsync(Acme, _id, TestContext.Current.CancellationToken));

        Assert.Equal(1, cluster.Asked);
    }

    [Fact]
    public async Task FindAsync_NobodyAnswersInTime_KnowsNothing()
    {
        var index = Index(new Memory { Find = () => new TaskCompletionSource<AgentId?>().Task });

        var finding = index.FindAsync(Acme, _id, TestContext.Current.CancellationToken).AsTask();
        Assert.False(finding.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Null(await finding);
    }

    [Fact]
    public async Task FindAsync_TheSiloThatKnowsHasGone_KnowsNothing()
    {
        var index = Index(new Memory { Find = () => Task.FromException<AgentId?>(new SiloUnavailableException("gone")) });

        Assert.Null(await index.FindAsync(Acme, _id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Key_OfManyWorkloads_UsesAllParts()
    {
        var keys = Enumerable.Range(0, 10_000).Select(_ => IWorkloadIndexGrain.Key(WorkloadId.New(DateTimeOffset.UnixEpoch))).Distinct();

        Assert.Equal(Enumerable.Range(0, IWorkloadIndexGrain.Parts).Select(part => $"i/{part}").Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    private WorkloadIndex Index(Memory cluster)
    {
        var factory = DispatchProxy.Create<IGrainFactory, Factory>();
        ((Factory)(object)factory).Cluster = cluster;
        return new WorkloadIndex(factory, _watch, _clock, NullLogger<WorkloadIndex>.Instance);
    }

    /// <summary>The cluster's memory, as far as a silo sees it.</summary>
    private sealed class Memory
    {
        public List<(string Key, TenantId Tenant, WorkloadId Id, AgentId Agent)> Told { get; } = [];

        public int Asked { get; private set; }

        public required Func<Task<AgentId?>> Find { get; init; }

        public IWorkloadIndexGrain Part(string key) => new MemoryPart(this, key);

        private sealed class MemoryPart(Memory cluster, string key) : IWorkloadIndexGrain
        {
            public Task RememberAsync(Guid ledger, TenantId tenant, WorkloadId id, AgentId agent)
            {
                cluster.Told.Add((key, tenant, id, agent));
                return Task.CompletedTask;
            }

            public Task<AgentId?> FindAsync(Guid ledger, TenantId tenant, WorkloadId id)
            {
                cluster.Asked++;
                return cluster.Find();
            }
        }
    }

    /// <summary>A ledger without changes, which can be replaced by another.</summary>
    private sealed class Ledgers
    {
        public Ledgers()
        {
            Reader = DispatchProxy.Create<ILedgerReader, Changes>();
            ((Changes)(object)Reader).Ledger = this;
        }

        public ILedgerReader Reader { get; }

        public Guid Incarnation { get; set; }
    }

    private class Changes : DispatchProxy
    {
        public Ledgers? Ledger { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod is { Name: nameof(ILedgerReader.ReadChangesAsync) }
                ? Task.FromResult(new AuthorityChanges(Ledger!.Incarnation, new Epoch(0), []))
                : throw new NotSupportedException($"{targetMethod}");
    }

    private class Factory : DispatchProxy
    {
        public Memory? Cluster { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod is { Name: nameof(IGrainFactory.GetGrain), IsGenericMethod: true } && args is [string key, ..]
                ? Cluster!.Part(key)
                : throw new NotSupportedException($"{targetMethod}");
    }
}
