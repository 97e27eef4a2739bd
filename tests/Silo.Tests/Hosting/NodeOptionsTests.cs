using GenOps.ControlPlane.Silo.Hosting;
using Microsoft.Extensions.Configuration;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>A node's options come from configuration, and a wrong one says how to mend it.</summary>
public sealed class NodeOptionsTests
{
    [Fact]
    public void Read_Nothing_IsTheEmbeddedNode()
    {
        var options = Read([]);

        Assert.Equal(NodeStorage.Sqlite, options.Storage);
        Assert.Equal("http://127.0.0.1:5080", options.Urls);
        Assert.Equal((11_111, 30_000, "127.0.0.1", false), (options.SiloPort, options.GatewayPort, options.Advertise, options.ListenOnAnyAddress));
        Assert.Equal((TimeSpan.Zero, "", ""), (options.DrainDelay, options.AdminKeyFile, options.MetricsUrl));
    }

    [Fact]
    public void Read_EveryName_IsTaken()
    {
        var options = Read(new()
        {
            ["Urls"] = "http://0.0.0.0:80", ["Data"] = "/d", ["Storage"] = "postgres", ["SiloPort"] = "1", ["GatewayPort"] = "2", ["Advertise"] = "10.0.0.5",
            ["ListenOnAnyAddress"] = "true", ["ActorTimeout"] = "00:00:03", ["StopTimeout"] = "00:00:30", ["DrainDelay"] = "00:00:05",
            ["AdminKeyFile"] = "/k", ["MetricsUrl"] = "http://0.0.0.0:9464",
        });

        Assert.Equal(NodeStorage.Postgres, options.Storage);
        Assert.Equal(("http://0.0.0.0:80", "/d", "10.0.0.5", "/k", "http://0.0.0.0:9464"), (options.Urls, options.Data, options.Advertise, options.AdminKeyFile, options.MetricsUrl));
        Assert.Equal((1, 2, true), (options.SiloPort, options.GatewayPort, options.ListenOnAnyAddress));
        Assert.Equal((3, 30, 5), (options.ActorTimeout.TotalSeconds, options.StopTimeout.TotalSeconds, options.DrainDelay.TotalSeconds));
    }

    [Fact]
    public void Read_WrongKind_NamesTheOption()
    {
        var error = Assert.Throws<NodeStartException>(() => Read(new() { ["SiloPort"] = "many" }));

        Assert.Contains("GenOps:Node:SiloPort", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db")]
    [InlineData("0.0.0.0")]
    [InlineData("fe80::1%2")]
    [InlineData("")]
    public void Prepare_NotAnAddressToReach_NamesTheOption(string advertise)
    {
        var error = Assert.Throws<NodeStartException>(new NodeOptions { Advertise = advertise, SiloPort = 0, GatewayPort = 0 }.Prepare);

        Assert.StartsWith($"--advertise: '{advertise}' is no IP address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_AnotherMachinesAddress_NamesTheOption()
    {
        var error = Assert.Throws<NodeStartException>(new NodeOptions { Advertise = "203.0.113.7", SiloPort = 0, GatewayPort = 0 }.Prepare);

        Assert.StartsWith("--advertise: 203.0.113.7 is no address of this machine", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9464")]
    [InlineData("https://127.0.0.1:9464")]
    [InlineData("http://127.0.0.1:9464/metrics")]
    [InlineData("http://127.0.0.1:5080")]
    public void Prepare_NoListenerForMetrics_NamesTheOption(string url)
    {
        var error = Assert.Throws<NodeStartException>(new NodeOptions { MetricsUrl = url, SiloPort = 0, GatewayPort = 0 }.Prepare);

        Assert.StartsWith("GenOps:Node:MetricsUrl:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ActorTimeout")]
    [InlineData("StopTimeout")]
    [InlineData("DrainDelay")]
    public void Prepare_OutOfRange_NamesTheOption(string option)
    {
        var options = Read(new() { [option] = "01:00:00" });

        var error = Assert.Throws<NodeStartException>(options.Prepare);

        Assert.StartsWith($"GenOps:Node:{option}: 01:00:00 is out of range", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_MemberWithAGivenKey_MakesNoDataDirectory()
    {
        var data = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        new NodeOptions { Storage = NodeStorage.Postgres, AdminKeyFile = "/somewhere", Data = data, SiloPort = 0, GatewayPort = 0 }.Prepare();

        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public void Member_Standard_IsValid() => Assert.True(new ClusterMemberOptionsValidator().Validate(null, new ClusterMemberOptions()).Succeeded);

    [Theory]
    [InlineData("ClusterId", "a b")]
    [InlineData("ServiceId", "")]
    [InlineData("ProbeTimeout", "00:02:00")]
    [InlineData("MissedProbesMax", "0")]
    [InlineData("VotesForDeath", "11")]
    [InlineData("TableRefresh", "00:00:00")]
    [InlineData("IAmAlive", "01:00:00")]
    [InlineData("DeadKept", "00:01:00")]
    [InlineData("MemoryLimitPercent", "5")]
    [InlineData("GatewayMemoryLimitPercent", "79")]
    [InlineData("GatewayCpuLimitPercent", "0")]
    [InlineData("ActorCallsQueuedMax", "1")]
    [InlineData("WatchInterval", "00:01:00")]
    [InlineData("ClockSkewMax", "00:02:00")]
    [InlineData("ClockCorrectedFrom", "00:00:03")]
    [InlineData("ClockRoundTripMax", "00:01:00")]
    [InlineData("IsolationTimeout", "00:00:00")]
    [InlineData("DatabaseWait", "02:00:00")]
    public void Member_OutOfRange_NamesTheOption(string option, string value)
    {
        var options = new ClusterMemberOptions();
        new ConfigurationBuilder().AddInMemoryCollection([new(option, value)]).Build().Bind(options);

        var result = new ClusterMemberOptionsValidator().Validate(null, options);

        Assert.StartsWith($"GenOps:Cluster:{option} is ", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    private static NodeOptions Read(Dictionary<string, string?> settings) => NodeOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"GenOps:Node:{setting.Key}", setting.Value))).Build());
}
