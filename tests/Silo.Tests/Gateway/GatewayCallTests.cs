using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Cluster;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Tests.Gateway;

public sealed class GatewayCallTests(GatedSilo silo) : IClassFixture<GatedSilo>
{
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Globex = TenantId.Parse("globex");
    private static readonly AgentId Support = AgentId.Parse("support");
    private static readonly AgentId Billing = AgentId.Parse("billing");

    [Fact]
    public async Task Call_OwnAgent_RunsAndWhatItCallsIsTheClustersOwn() =>
        await WithAsync(silo.Keys.Issue(Acme), async client => Assert.Equal(
            "a/acme/support; stamp none; trace none; other none", await Agent(client, Acme, Support).DecideAsync()));

    [Fact]
    public async Task Call_RequestContextOfTheClient_KeepsOnlyTheTrace() =>
        await WithAsync(silo.Keys.Issue(Acme), async client =>
        {
            RequestContext.Set("traceparent", "00-abc");
            RequestContext.Set("other", "dropped");
            Assert.Equal("a/acme/support; stamp none; trace 00-abc; other none", await Agent(client, Acme, Support).DecideAsync());
        });

    [Fact]
    public async Task Call_OtherTenant_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(Acme), client => RefusedAsync(
            403, "this credential is for another tenant", Agent(client, Globex, Support).DecideAsync));

    [Fact]
    public async Task Call_KeyForAllTenants_RunsForAny() =>
        await WithAsync(silo.Keys.Issue(TenantId.All, Role.Admin), async client => Assert.Equal(
            "a/globex/support; stamp none; trace none; other none", await Agent(client, Globex, Support).DecideAsync()));

    [Fact]
    public async Task Call_KeyBoundToAnAgent_RunsForItAndNoOther() =>
        await WithAsync(silo.Keys.Issue(Acme, agent: Support), async client =>
        {
            Assert.StartsWith("a/acme/support;", await Agent(client, Acme, Support).DecideAsync(), StringComparison.Ordinal);
            await RefusedAsync(403, "this credential is bound to the agent support", Agent(client, Acme, Billing).DecideAsync);
        });

    [Fact]
    public async Task Call_RoleWithoutThePermission_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(Acme), client => RefusedAsync(
            403, "the role service does not permit EvidenceRead", Agent(client, Acme, Support).ReadEvidenceAsync));

    [Fact]
    public async Task Call_MethodThatIsNotExternal_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(TenantId.All, Role.Admin), client => RefusedAsync(
            403, "IGatedGrain.InnerAsync is not open to callers from outside the cluster", Agent(client, Acme, Support).InnerAsync));

    [Theory]
    [InlineData("support")]
    [InlineData("b/acme/support")]
    [InlineData("w/acme")]
    [InlineData("a/acme")]
    [InlineData("a/acme/support/x")]
    [InlineData("a/*/support")]
    [InlineData("a/ACME/support")]
    public async Task Call_KeyOfNoAgent_IsForbidden(string grainKey) =>
        await WithAsync(silo.Keys.Issue(TenantId.All, Role.Admin), client => RefusedAsync(
            403, $"'{grainKey}' is not the key of an agent, a/TENANT/AGENT", client.GetGrain<IGatedGrain>(grainKey).DecideAsync));

    [Theory]
    [InlineData("acme")]
    [InlineData("a/acme/support")]
    [InlineData("t/acme")]
    [InlineData("w/acme/support")]
    [InlineData("w/*")]
    [InlineData("w/ACME")]
    [InlineData("w")]
    public async Task Feed_KeyOfNoTenantsFeed_IsForbidden(string grainKey) =>
        await WithAsync(silo.Keys.Issue(TenantId.All, Role.Admin), client => RefusedAsync(
            403, $"'{grainKey}' is not the key of a tenant's feed, w/TENANT", () => client.GetGrain<IAuthorityFeedGrain>(grainKey).WaitAsync(null)));

    [Theory]
    [InlineData(Role.Service)]
    [InlineData(Role.Approver)]
    [InlineData(Role.Operator)]
    [InlineData(Role.Auditor)]
    [InlineData(Role.Admin)]
    public async Task Gateways_AnyRole_LearnsTheAddressesOfTheCluster(Role role) =>
        await WithAsync(silo.Keys.Issue(Acme, role), async client => Assert.Equal(
            [silo.Services.GetRequiredService<ILocalSiloDetails>().GatewayAddress.Endpoint],
            await client.GetGrain<IClusterGatewaysGrain>(IClusterGatewaysGrain.Key(Acme)).ListAsync()));

    [Fact]
    public async Task Gateways_OtherTenant_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(Acme), client => RefusedAsync(
            403, "this credential is for another tenant", async () => await client.GetGrain<IClusterGatewaysGrain>(IClusterGatewaysGrain.Key(Globex)).ListAsync()));

    [Fact]
    public async Task Feed_OtherTenant_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(Acme), client => RefusedAsync(
            403, "this credential is for another tenant", () => client.GetGrain<IAuthorityFeedGrain>(IAuthorityFeedGrain.Key(Globex)).WaitAsync(null)));

    [Fact]
    public async Task Feed_RoleWithoutThePermission_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(Acme, Role.Auditor), client => RefusedAsync(
            403, "the role auditor does not permit WorkloadDecide", () => client.GetGrain<IAuthorityFeedGrain>(IAuthorityFeedGrain.Key(Acme)).WaitAsync(null)));

    [Fact]
    public async Task Feed_KeyBoundToAnAgent_HearsOfItsTenant() =>
        await WithAsync(silo.Keys.Issue(Acme, agent: Support), async client => Assert.Equal(
            new Epoch(7), await client.GetGrain<IAuthorityFeedGrain>(IAuthorityFeedGrain.Key(Acme)).WaitAsync(null)));

    [Fact]
    public async Task Caller_OfTheConnection_IsSeenByTheGrainAndByWhatItCalls()
    {
        var key = silo.Keys.Issue(Acme);
        await WithAsync(key, async client => Assert.Equal(
            $"acme {key.Id} user:test; inner acme {key.Id} user:test", await Agent(client, Acme, Support).CallerAsync()));
    }

    [Fact]
    public async Task Caller_ForgedByTheClient_DoesNotArrive()
    {
        var key = silo.Keys.Issue(Acme);
        await WithAsync(key, async client =>
        {
            RequestContext.Set("genops.credential", "* 000000000000 user:admin");
            Assert.Equal(
                $"acme {key.Id} user:test; inner acme {key.Id} user:test", await Agent(client, Acme, Support).CallerAsync());
        });
    }

    [Fact]
    public async Task Caller_OfOneCall_IsNotThatOfTheNext()
    {
        var (first, second) = (silo.Keys.Issue(Acme), silo.Keys.Issue(Acme));
        foreach (var key in (ApiKey[])[first, second])
            await WithAsync(key, async client => Assert.StartsWith($"acme {key.Id} ", await Agent(client, Acme, Support).CallerAsync(), StringComparison.Ordinal));
        Assert.Equal("nobody", await silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IGatedGrain>(IAgentGrain.Key(Acme, Support)).InnerCallerAsync());
    }

    [Fact]
    public async Task Call_ManagementGrain_IsForbidden() =>
        await WithAsync(silo.Keys.Issue(TenantId.All, Role.Admin), client => RefusedAsync(
            403, "IManagementGrain.GetHosts is not open to callers from outside the cluster",
            () => client.GetGrain<IManagementGrain>(0).GetHosts()));

    [Fact]
    public async Task Call_StampSetByTheClient_IsReplaced() =>
        await WithAsync(silo.Keys.Issue(Acme), client =>
        {
            var other = silo.Keys.Issue(Globex);
            RequestContext.Set("genops.caller", $"{other.Id}/globex");
            return RefusedAsync(403, "this credential is for another tenant", Agent(client, Globex, Support).DecideAsync);
        });

    [Fact]
    public async Task Call_KeyRevokedWhileConnected_IsRefusedAtTheNextCall()
    {
        var key = silo.Keys.Issue(Acme);
        await WithAsync(key, async client =>
        {
            var agent = Agent(client, Acme, Support);
            await agent.DecideAsync();
            silo.Keys.Revoke(key);
            await RefusedAsync(401, "the API key of this connection has expired or was revoked", agent.DecideAsync);
        });
    }

    [Fact]
    public async Task Call_FromInside_IsNotJudged()
    {
        var grains = silo.Services.GetRequiredService<IGrainFactory>();
        Assert.Equal("stamp none", await grains.GetGrain<IGatedGrain>("anything").InnerAsync());
        Assert.Single(await grains.GetGrain<IManagementGrain>(0).GetHosts());
    }

    private static IGatedGrain Agent(IClusterClient client, TenantId tenant, AgentId agent) =>
        client.GetGrain<IGatedGrain>(IAgentGrain.Key(tenant, agent));

    private async Task WithAsync(ApiKey key, Func<IClusterClient, Task> test)
    {
        using var host = await silo.ConnectAsync(key);
        try
        {
            await test(host.Services.GetRequiredService<IClusterClient>());
        }
        finally
        {
            RequestContext.Clear();
            await host.StopAsync();
        }
    }

    private static async Task RefusedAsync(int status, string reason, Func<Task> call)
    {
        var denied = await Assert.ThrowsAsync<AccessDeniedException>(call);
        Assert.Equal((status, reason), (denied.Status, denied.Message));
    }
}
