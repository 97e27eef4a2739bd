using System.Net;
using System.Net.Sockets;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Silo.Tests.Http;

public sealed class NodeTests
{
    [Fact]
    public async Task AdminKey_FirstStart_IsWrittenForItsOwnerAlone()
    {
        await using var node = new TestNode();
        await node.InitializeAsync();

        Assert.Equal(200, (await node.SendAsync("GET", "/v1/tenants")).Status);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(node.Data, "admin.key")));
    }

    [Fact]
    public async Task AdminKey_NextStart_IsKept()
    {
        await using var node = new TestNode();
        await node.InitializeAsync();
        var key = node.AdminKey;

        await node.StopAsync();
        await node.StartAsync();

        Assert.Equal(key, node.AdminKey);
        Assert.Equal(200, (await node.SendAsync("GET", "/v1/tenants")).Status);
    }

    [Fact]
    public async Task AdminKey_FileDeleted_IsReplacedAndTheOldOneEnds()
    {
        await using var node = new TestNode();
        await node.InitializeAsync();
        var old = node.AdminKey;

        await node.StopAsync();
        File.Delete(Path.Combine(node.Data, "admin.key"));
        await node.StartAsync();

        Assert.NotEqual(old, node.AdminKey);
        Assert.Equal(401, (await node.SendAsync("GET", "/v1/tenants", key: old)).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/v1/tenants")).Status);
    }

    [Fact]
    public async Task AdminKey_CrashBetweenMakingAndWriting_LeavesOneKeyAfterTheNextStart()
    {
        await using var node = new TestNode();
        await node.InitializeAsync();
        var everyTenant = node.App.Services.GetRequiredService<IGrainFactory>().GetGrain<ITenantGrain>(ITenantGrain.Key(TenantId.All));
        await everyTenant.CreateKeyAsync(new KeyRequest(Role.Admin, Principal.Bootstrap), Principal.Bootstrap);

        await node.StopAsync();
        await node.StartAsync();

        everyTenant = node.App.Services.GetRequiredService<IGrainFactory>().GetGrain<ITenantGrain>(ITenantGrain.Key(TenantId.All));
        var good = Assert.Single(await everyTenant.ListKeysAsync(), key => key.RevokedAt is null);
        Assert.Equal(good.Id, node.AdminKey.Split('.')[^2]);
    }

    [Theory]
    [InlineData("--silo-port")]
    [InlineData("--gateway-port")]
    public void Options_PortTaken_NameTheOption(string option)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        var options = new NodeOptions { Data = Path.GetTempPath(), SiloPort = option == "--silo-port" ? taken : 0, GatewayPort = option == "--gateway-port" ? taken : 0 };

        var error = Assert.Throws<NodeStartException>(options.Prepare);

        Assert.StartsWith($"{option}: port {taken} can't be used", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_AnyPorts_Differ()
    {
        for (var round = 0; round < 200; round++)
        {
            var options = new NodeOptions { Data = Path.GetTempPath(), SiloPort = 0, GatewayPort = 0 };

            options.Prepare();

            Assert.NotEqual(options.SiloPort, options.GatewayPort);
        }
    }

    [Fact]
    public void Options_OnePortForBoth_NameTheOption()
    {
        var error = Assert.Throws<NodeStartException>(new NodeOptions { Data = Path.GetTempPath(), SiloPort = 11_111, GatewayPort = 11_111 }.Prepare);

        Assert.StartsWith("--gateway-port: 11111 is the silo's own port", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5080")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("")]
    public void Options_BadUrl_NameTheOption(string url)
    {
        var error = Assert.Throws<NodeStartException>(new NodeOptions { Urls = url, SiloPort = 0, GatewayPort = 0 }.Prepare);

        Assert.StartsWith("--urls:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UrlTaken_NamesTheOption()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var data = Directory.CreateTempSubdirectory("genops-url-").FullName;
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var node = NodeHost.Build(
            new NodeOptions { Urls = url, Data = data, SiloPort = 0, GatewayPort = 0 }, builder => builder.Logging.ClearProviders());

        await using (node)
        {
            var error = await Assert.ThrowsAsync<NodeStartException>(() => node.StartNodeAsync());
            Assert.StartsWith("--urls:", error.Message, StringComparison.Ordinal);
        }

        Directory.Delete(data, recursive: true);
    }
}
