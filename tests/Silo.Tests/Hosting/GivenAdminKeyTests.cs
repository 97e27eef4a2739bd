using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Silo.Hosting;
using GenOps.ControlPlane.Silo.Tests.Http;
using GenOps.ControlPlane.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GenOps.ControlPlane.Silo.Tests.Hosting;

/// <summary>The key that an operator gives to all nodes.</summary>
public sealed class GivenAdminKeyTests(TestNode node) : IClassFixture<TestNode>
{
    private static readonly KeyRequest Admin = new(Role.Admin, Principal.Bootstrap);

    private ITenantGrain EveryTenant => node.App.Services.GetRequiredService<IGrainFactory>().GetGrain<ITenantGrain>(ITenantGrain.Key(TenantId.All));

    [Fact]
    public async Task Start_OfSeveralNodesWithOneFile_RegistersItOnceAndEndsOlderKeys()
    {
        var (older, newer) = (ApiKey.New(TenantId.All), ApiKey.New(TenantId.All));
        await StartAsync(older);

        await Task.WhenAll(StartAsync(newer), StartAsync(newer), StartAsync(newer));
        await StartAsync(newer);

        var keys = await EveryTenant.ListKeysAsync();
        Assert.Null(Assert.Single(keys, key => key.Id == newer.Id).RevokedAt);
        Assert.NotNull(Assert.Single(keys, key => key.Id == older.Id).RevokedAt);
        var answer = await node.SendAsync("GET", "/v1/tenants", key: newer.Reveal());
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Start_WithTheFileBefore_LeavesTheNewerKeyAlone()
    {
        var (older, newer) = (ApiKey.New(TenantId.All), ApiKey.New(TenantId.All));
        await StartAsync(older);
        await StartAsync(newer);

        await StartAsync(older);

        var keys = await EveryTenant.ListKeysAsync();
        Assert.Null(Assert.Single(keys, key => key.Id == newer.Id).RevokedAt);
        Assert.NotNull(Assert.Single(keys, key => key.Id == older.Id).RevokedAt);
    }

    [Fact]
    public async Task Register_SameIdAnotherSecret_IsAConflict()
    {
        var key = ApiKey.New(TenantId.All);
        await EveryTenant.RegisterKeyAsync(new KeyRegistration(key.Id, key.SecretHash, Admin), Principal.Bootstrap);

        var error = await Assert.ThrowsAsync<ConflictException>(() => EveryTenant.RegisterKeyAsync(
            new KeyRegistration(key.Id, ApiKey.New(TenantId.All).SecretHash, Admin), Principal.Bootstrap));

        Assert.Equal("key_exists", error.Code);
    }

    [Fact]
    public async Task Register_NoKeyAtAll_IsRefused() => await Assert.ThrowsAsync<InvalidRequestException>(
        () => EveryTenant.RegisterKeyAsync(new KeyRegistration("x", "y", Admin), Principal.Bootstrap));

    [Fact]
    public async Task Register_OnlyTheFirstAdmin_IsHeldBackWhileThereIsOne()
    {
        await StartAsync(ApiKey.New(TenantId.All));
        var second = ApiKey.New(TenantId.All);

        var registered = await EveryTenant.RegisterKeyAsync(new KeyRegistration(second.Id, second.SecretHash, Admin, OnlyFirstAdmin: true), Principal.Bootstrap);

        Assert.Null(registered);
        Assert.DoesNotContain(await EveryTenant.ListKeysAsync(), key => key.Id == second.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    public void File_WithoutAKey_SaysHowToMakeOne(string text)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);

        var error = Assert.Throws<NodeStartException>(() => Bootstrap(path));

        Assert.Equal($"GenOps:Node:AdminKeyFile: '{path}' holds no admin key of all tenants; write the output of the subcommand new-key to it", error.Message);
        File.Delete(path);
    }

    private async Task StartAsync(ApiKey key)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, key.Reveal() + "\n", TestContext.Current.CancellationToken);
        await Bootstrap(path).StartAsync(TestContext.Current.CancellationToken);
        File.Delete(path);
    }

    private GivenAdminKey Bootstrap(string path) => new(
        path,
        new AdminKeys(node.App.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System, NullLogger<AdminKeys>.Instance),
        NullLogger<GivenAdminKey>.Instance);
}
