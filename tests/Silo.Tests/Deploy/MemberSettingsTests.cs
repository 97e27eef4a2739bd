using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace GenOps.ControlPlane.Silo.Tests.Deploy;

/// <summary>What an operator sets of a member is what Orleans is told.</summary>
public sealed class MemberSettingsTests
{
    [Fact]
    public void Orleans_OfAMemberWithOtherSettings_HasThose()
    {
        var data = Directory.CreateTempSubdirectory("genops-settings-").FullName;
        var builder = NodeHost.CreateBuilder();
        foreach (var (option, value) in (ReadOnlySpan<(string, string)>)
            [
                ("Postgres:ConnectionString", "Host=127.0.0.1;Database=none;Username=nobody"),
                ("Cluster:ClusterId", "blue"), ("Cluster:ServiceId", "green"),
                ("Cluster:ProbeTimeout", "00:00:00.700"), ("Cluster:MissedProbesMax", "4"), ("Cluster:VotesForDeath", "3"),
                ("Cluster:TableRefresh", "00:00:07"), ("Cluster:IAmAlive", "00:00:03"), ("Cluster:DeadKept", "2.00:00:00"),
                ("Cluster:MemoryLimitPercent", "61"), ("Cluster:GatewayMemoryLimitPercent", "77"), ("Cluster:GatewayCpuLimitPercent", "88"),
                ("Cluster:ActorCallsQueuedMax", "1234"),
            ])
        {
            builder.Configuration[$"GenOps:{option}"] = value;
        }

        var options = new NodeOptions
        {
            Storage = NodeStorage.Postgres, Data = data, SiloPort = 0, GatewayPort = 0, Urls = "http://127.0.0.1:0", ActorTimeout = TimeSpan.FromSeconds(11),
        };
        using var node = (IDisposable)NodeHost.Build(builder, options);
        var services = ((IHost)node).Services;

        var cluster = Of<ClusterOptions>();
        Assert.Equal(("blue", "green"), (cluster.ClusterId, cluster.ServiceId));

        var membership = Of<ClusterMembershipOptions>();
        Assert.Equal(TimeSpan.FromMilliseconds(700), membership.ProbeTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(700), membership.MinProbeTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(1_400), membership.MaxProbeTimeout);
        Assert.Equal(4, membership.NumMissedProbesLimit);
        Assert.Equal(3, membership.NumVotesForDeathDeclaration);
        Assert.Equal(TimeSpan.FromSeconds(7), membership.TableRefreshTimeout);
        Assert.Equal(TimeSpan.FromSeconds(3), membership.IAmAliveTablePublishTimeout);
        Assert.Equal(TimeSpan.FromDays(2), membership.DefunctSiloExpiration);

        var collection = Of<GrainCollectionOptions>();
        Assert.True(collection.EnableActivationSheddingOnMemoryPressure);
        Assert.Equal(61, collection.MemoryUsageLimitPercentage);
        Assert.Equal(56, collection.MemoryUsageTargetPercentage);

        var shedding = Of<LoadSheddingOptions>();
        Assert.True(shedding.LoadSheddingEnabled);
        Assert.Equal(88, shedding.CpuThreshold);
        Assert.Equal(77, shedding.MemoryThreshold);

        var messaging = Of<SiloMessagingOptions>();
        Assert.Equal(1_234, messaging.MaxEnqueuedRequestsHardLimit);
        Assert.Equal(TimeSpan.FromSeconds(11), messaging.ResponseTimeout);
        Assert.Equal(TimeSpan.FromSeconds(11), messaging.SystemResponseTimeout);
        Directory.Delete(data, recursive: true);

        T Of<T>()
            where T : class => services.GetRequiredService<IOptions<T>>().Value;
    }
}
