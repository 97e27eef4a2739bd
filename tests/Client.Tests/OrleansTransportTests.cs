using System.Net;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Messaging;

namespace GenOps.ControlPlane.Client.Tests;

/// <summary>The way over a real gateway, by the real clock.</summary>
public sealed class OrleansTransportTests
{
    private readonly string _key = ApiKey.New(TenantId.Parse("acme")).Reveal();

    [Fact]
    public async Task Gateway_GoodKey_ReachesTheAgentOfTheTenant()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var services = Services(plane.GatewayPort, options => options.ApiKey = _key);
        var client = services.GetRequiredService<IGenOpsClient>();

        await using var workload = await client.AuthorizeAsync(ClientHarness.Draft);
        var settled = await workload.ReconcileAsync(new TokenUsage(374, 44));
        var missing = await Assert.ThrowsAsync<NotFoundException>(
            () => client.AuthorizeAsync(WorkloadDraft.ForTool("unknown agent", "search")));

        Assert.Equal("a/acme/support-bot", workload.Decision.DeterminedBy);
        Assert.Equal(WorkloadState.Reconciled, settled.State);
        Assert.Equal("agent_not_found", missing.Code);
        Assert.Equal("there is no agent at a/acme/support-bot", missing.Message);
    }

    [Fact]
    public async Task Gateway_KeyFile_IsReadForTheConnection()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, _key + "\n");
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var services = Services(plane.GatewayPort, options => options.ApiKeyFile = file);

        await using var workload = await services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft);
        await workload.ReleaseAsync("not needed");
        File.Delete(file);

        Assert.True(workload.IsAllowed);
    }

    [Fact]
    public async Task Gateway_RefusedKey_IsSaidAtOnceAndNotRetried()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var services = Services(plane.GatewayPort, options => options.ApiKey = ApiKey.New(TenantId.Parse("acme")).Reveal());

        var denied = await Assert.ThrowsAsync<AccessDeniedException>(
            () => services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft));

        Assert.Equal(401, denied.Status);
        Assert.EndsWith("refused this client: this key was revoked", denied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_Down_IsUnavailableAndNamesTheGateway()
    {
        var port = ScriptedControlPlane.FreePorts(1)[0];
        await using var services = Services(port, options =>
        {
            options.ApiKey = _key;
            options.AttemptTimeout = TimeSpan.FromMilliseconds(300);
            options.GiveUpAfter = TimeSpan.FromMilliseconds(700);
        });

        var unavailable = await Assert.ThrowsAsync<GovernanceUnavailableException>(
            () => services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft));

        Assert.Contains($"127.0.0.1:{port}", unavailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_ComesUpLater_IsReachedByTheSameCall()
    {
        var port = ScriptedControlPlane.FreePorts(1)[0];
        await using var services = Services(port, options =>
        {
            options.ApiKey = _key;
            options.GiveUpAfter = TimeSpan.FromSeconds(60);
            options.RetryDelayMax = TimeSpan.FromMilliseconds(500);
        });

        var asking = services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft);
        await using var plane = await ScriptedControlPlane.StartAsync(_key, port);
        await using var workload = await asking;
        await workload.ReleaseAsync("not needed");

        Assert.True(workload.IsAllowed);
    }

    [Fact]
    public async Task Gateway_Authority_IsDelegatedAwaitedAndRevoked()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var services = Services(plane.GatewayPort, options => options.ApiKey = _key);
        var client = services.GetRequiredService<IGenOpsClient>();
        var id = DelegationId.Parse("d-worker-1");

        var made = await client.DelegateAsync(id, new DelegationDraft("worker-1", "d-planner") { ExpiresAt = Decisions.Start });
        var wider = await Assert.ThrowsAsync<InvalidRequestException>(() => client.DelegateAsync(
            id, new DelegationDraft("worker-1", "d-planner") { Limits = new DelegationLimits(MaxDepth: 4) }));
        var ended = await client.RevokeDelegationAsync(id, "the task is done");
        var denied = await client.AwaitApprovalAsync(FakeApprovals.Id, ClientHarness.Draft, throwOnRefusal: false);

        Assert.Equal(("agent:support-bot", "agent:worker-1", Decisions.Start), (made.From.Value, made.To.Value, made.ExpiresAt));
        Assert.Equal("limits.maxDepth: is wider than d-planner permits: 3 may follow below it", wider.Message);
        Assert.Equal(new Epoch(8), ended.Epoch);
        Assert.Equal("x_approval_denied", denied.Decision.ReasonCode);
    }

    [Fact]
    public async Task Gateway_OpenWorkload_HearsOfItsRevocation()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var services = Services(plane.GatewayPort, options => options.ApiKey = _key);

        await using var workload = await services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        workload.Revoked.Register(() => told.TrySetResult());
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await workload.ReleaseAsync("stopped");
        Assert.True(workload.Revoked.IsCancellationRequested);
    }

    [Fact]
    public async Task Gateway_KeyRefusedAtReconnection_RevokesWhatIsOpen()
    {
        var port = ScriptedControlPlane.FreePorts(1)[0];
        await using var services = Services(port, options =>
        {
            options.ApiKey = _key;
            options.AttemptTimeout = TimeSpan.FromSeconds(1);
            options.RetryDelayMax = TimeSpan.FromMilliseconds(500);
        });
        GovernedWorkload workload;
        await using (await ScriptedControlPlane.StartAsync(_key, port))
            workload = await services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft with { Agent = AgentId.Parse("steady") });
        Assert.False(workload.Revoked.IsCancellationRequested);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        workload.Revoked.Register(() => told.TrySetResult());

        await using var other = await ScriptedControlPlane.StartAsync(ApiKey.New(TenantId.Parse("acme")).Reveal(), port);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.True(workload.Revoked.IsCancellationRequested);
        await Assert.ThrowsAsync<AccessDeniedException>(() => workload.ReleaseAsync("stopped"));
    }

    [Fact]
    public async Task Gateway_WaitForAChange_OutlastsAnAttempt()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var services = Services(plane.GatewayPort, options =>
        {
            options.ApiKey = _key;
            options.AttemptTimeout = TimeSpan.FromMilliseconds(300);
        });
        var transport = services.GetRequiredService<IGovernanceTransport>();
        await using var connected = await services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft);
        await connected.ReleaseAsync("only to connect");

        var mute = AgentId.Parse("mute");
        var waiting = transport.WaitForChangeAsync(ScriptedAuthorityFeedGrain.Present, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => transport.AuthorizeAsync(
            new WorkloadRequest(mute, new Operation("no answer", "tool"), new Attribution("a", "b", "c")),
            TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);
        await transport.ReleaseAsync(mute, connected.Id, "not needed", TestContext.Current.CancellationToken);
        await transport.WaitForChangeAsync(ScriptedAuthorityFeedGrain.Changes, TestContext.Current.CancellationToken);

        Assert.Equal(ScriptedAuthorityFeedGrain.Changes, await waiting);
    }

    [Fact]
    public async Task Gateway_Lost_OutstandingCallEndsAtOnce()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var proxy = new FreezingProxy(plane.GatewayPort);
        await using var services = Services(plane.GatewayPort, options =>
        {
            options.ApiKey = _key;
            options.Gateways = [$"{FreezingProxy.Address}:{plane.GatewayPort}"];
            options.GiveUpAfter = TimeSpan.FromSeconds(60);
        });
        var transport = services.GetRequiredService<IGovernanceTransport>();
        await using var connected = await services.GetRequiredService<IGenOpsClient>().AuthorizeAsync(ClientHarness.Draft);
        var mute = AgentId.Parse("mute");
        var waiting = transport.AuthorizeAsync(
            new WorkloadRequest(mute, new Operation("no answer", "tool"), new Attribution("a", "b", "c")), TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        proxy.Cut();

        // Not the time limit of an attempt, which would be a TimeoutException.
        await Assert.ThrowsAsync<ConnectionFailedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        await services.GetRequiredService<IGenOpsClient>().ReleaseAsync(connected.Id, "over", mute, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Gateway_Frozen_IsLeftAndUsedAgainWhenItAnswers()
    {
        await using var plane = await ScriptedControlPlane.StartAsync(_key);
        await using var proxy = new FreezingProxy(plane.GatewayPort);
        await using var services = Services(plane.GatewayPort, options =>
        {
            options.ApiKey = _key;
            options.Gateways = [$"{FreezingProxy.Address}:{plane.GatewayPort}"];
            options.GatewaySilenceMax = TimeSpan.FromMilliseconds(500);
            options.GiveUpAfter = TimeSpan.FromSeconds(60);
        });
        var client = services.GetRequiredService<IGenOpsClient>();
        await using var before = await client.AuthorizeAsync(ClientHarness.Draft);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        services.GetRequiredService<GatewayLosses>().Next.Register(() => lost.TrySetResult());

        proxy.Freeze();
        var asking = client.AuthorizeAsync(ClientHarness.Draft);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(services.GetRequiredService<GatewayHealth>().IsSilent(new IPEndPoint(FreezingProxy.Address, plane.GatewayPort)));
        Assert.False(asking.IsCompleted);
        proxy.Thaw();
        await using var after = await asking;

        Assert.True(after.IsAllowed);
        await before.ReleaseAsync("over");
        await after.ReleaseAsync("over");
    }

    private static ServiceProvider Services(int port, Action<GenOpsClientOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddGenOpsClient(options =>
        {
            options.Tenant = "acme";
            options.Gateways = [$"127.0.0.1:{port}"];
            options.Agent = "support-bot";
            options.DefaultAttribution = new Attribution("support", "helpdesk", "production");
            configure(options);
        });
        return services.BuildServiceProvider();
    }
}
