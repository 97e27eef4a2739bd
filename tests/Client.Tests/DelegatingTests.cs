using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class DelegatingTests
{
    private static readonly DelegationId Id = DelegationId.Parse("d-worker-1");

    [Fact]
    public async Task Delegate_Draft_IsFromTheAgentOfTheOptions()
    {
        await using var harness = new ClientHarness();
        var draft = new DelegationDraft("worker-1", "d-planner")
        {
            Capabilities = new Capabilities(Operations: ["inference"], Models: ["gpt-4o*"]),
            Limits = new DelegationLimits(CostPerOperation: new Amount(Quantity.Parse("0.5"), Unit.Usd), MaxDepth: 0),
            NotBefore = Decisions.Start.AddMinutes(1),
            ExpiresIn = TimeSpan.FromMinutes(30),
            ApprovalWhen = "parameters.refundAmount > 200",
            ApproverGroup = "managers",
        };

        var view = await harness.Client.DelegateAsync(Id, draft);

        var (from, id, sent) = Assert.Single(harness.Transport.Delegated);
        Assert.Equal("support-bot", from.Value);
        Assert.Equal(Id, id);
        Assert.Equal(
            new DelegationDefinition(
                Principal.Parse("agent:support-bot"), Principal.Parse("agent:worker-1"), DelegationId.Parse("d-planner"), draft.Capabilities,
                draft.Limits, Decisions.Start.AddMinutes(1), Decisions.Start.AddMinutes(30), "parameters.refundAmount > 200", "managers"),
            sent);
        Assert.Equal(Id, view.Id);
        Assert.Equal(DelegationState.Active, view.State);
    }

    [Fact]
    public async Task Delegate_NoAnswer_IsSentAgainUnchanged()
    {
        await using var harness = new ClientHarness();
        var answer = harness.Transport.OnDelegate;
        harness.Transport.OnDelegate = (id, definition) => harness.Transport.Delegated.Count < 4
            ? throw new TimeoutException("no response in 3 s")
            : answer(id, definition);

        var fault = await harness.RunAsync(() => harness.Client.DelegateAsync(
            Id, new DelegationDraft("worker-1", "d-planner") { From = AgentId.Parse("planner"), ExpiresIn = TimeSpan.FromHours(1) }));

        Assert.Null(fault);
        Assert.Equal(4, harness.Transport.Delegated.Count);
        var (from, id, sent) = Assert.Single(harness.Transport.Delegated.Distinct());
        Assert.Equal(("planner", Id), (from.Value, id));
        Assert.Equal("agent:planner", sent.From.Value);
        Assert.Equal(Decisions.Start.AddHours(1), sent.ExpiresAt);
    }

    [Fact]
    public async Task Delegate_WiderThanItsParent_ThrowsTheControlPlanesSentence()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnDelegate = (_, _) => throw new InvalidRequestException("capabilities.models", "is wider than d-planner permits");

        var invalid = await Assert.ThrowsAsync<InvalidRequestException>(
            () => harness.Client.DelegateAsync(Id, new DelegationDraft("worker-1", "d-planner")));

        Assert.Equal("capabilities.models", invalid.Field);
        Assert.Equal("capabilities.models: is wider than d-planner permits", invalid.Message);
        Assert.Single(harness.Transport.Delegated);
    }

    [Fact]
    public async Task Delegate_NoAnswerAtAll_IsUnavailableAndNamesTheDelegation()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnDelegate = (_, _) => throw UnavailableException.Unreachable("the ledger can't be reached");

        var fault = await harness.RunAsync(() => harness.Client.DelegateAsync(Id, new DelegationDraft("worker-1", "d-planner")));

        var unavailable = Assert.IsType<GovernanceUnavailableException>(fault);
        Assert.Null(unavailable.Workload);
        Assert.StartsWith("Making of delegation d-worker-1 got no answer in ", unavailable.Message, StringComparison.Ordinal);
        Assert.Empty(harness.Transport.Released);
    }

    [Fact]
    public async Task Delegate_EndGivenTwiceOrPassed_SendsNothing()
    {
        await using var harness = new ClientHarness();
        var draft = new DelegationDraft("worker-1", "d-planner") { ExpiresIn = TimeSpan.FromMinutes(1), ExpiresAt = Decisions.Start.AddHours(1) };

        var twice = await Assert.ThrowsAsync<InvalidRequestException>(() => harness.Client.DelegateAsync(Id, draft));
        var passed = await Assert.ThrowsAsync<InvalidRequestException>(
            () => harness.Client.DelegateAsync(Id, new DelegationDraft("worker-1", "d-planner") { ExpiresIn = TimeSpan.Zero }));

        Assert.Equal("expiresIn", twice.Field);
        Assert.Equal("expiresIn", passed.Field);
        Assert.Empty(harness.Transport.Delegated);
    }

    [Fact]
    public void DelegationDraft_NotAName_IsRefused() =>
        Assert.Throws<FormatException>(() => new DelegationDraft("Worker 1", "d-planner"));

    [Fact]
    public async Task Revoke_NoAnswer_IsSentAgainUntilAcknowledged()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnEnd = _ => harness.Transport.Ended.Count < 3
            ? throw new TimeoutException("no response in 3 s")
            : Task.FromResult(new AuthorityChange(new Epoch(9), 1.2));

        AuthorityChange? change = null;
        var fault = await harness.RunAsync(async () => change = await harness.Client.RevokeDelegationAsync(Id, "the task is done"));

        Assert.Null(fault);
        Assert.Equal(new Epoch(9), change!.Epoch);
        Assert.Equal(3, harness.Transport.Ended.Count);
        Assert.Equal((AgentId.Parse("support-bot"), Id, "the task is done"), Assert.Single(harness.Transport.Ended.Distinct()));
    }

    [Fact]
    public async Task Revoke_AnotherAgents_IsThrownAtOnce()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnEnd = id => throw new NotFoundException("delegation_not_found", $"planner made no delegation {id}");

        var missing = await Assert.ThrowsAsync<NotFoundException>(
            () => harness.Client.RevokeDelegationAsync(Id, "the task is done", AgentId.Parse("planner")));
        await Assert.ThrowsAsync<InvalidRequestException>(() => harness.Client.RevokeDelegationAsync(Id, " "));

        Assert.Equal("delegation_not_found", missing.Code);
        Assert.Equal("planner", Assert.Single(harness.Transport.Ended).From.Value);
    }
}
