using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class AuthorizingTests
{
    public static TheoryData<string> TransientFailures { get; } = ["unavailable", "overloaded", "timeout", "silo", "busy", "stopping"];

    [Fact]
    public async Task Authorize_Draft_IsCompletedFromTheOptions()
    {
        await using var harness = new ClientHarness();

        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { CustomerId = "c-17", Feature = "triage" });

        var sent = Assert.Single(harness.Transport.Authorized);
        Assert.Equal("support-bot", sent.Agent.Value);
        Assert.Equal(new Attribution("support", "helpdesk", "production", "c-17", "triage", null, "cc-9"), sent.Attribution);
        Assert.Equal(120, sent.TtlSeconds);
        Assert.Equal(Decisions.Start, sent.Id!.Value.MadeAt);
        Assert.Equal(sent.Id, workload.Id);
        Assert.Equal(workload.Activity!.Id, sent.Traceparent);
        Assert.True(workload.IsAllowed);
        Assert.Equal(Decisions.Start.AddSeconds(120), workload.ExpiresAt);
        await workload.ReleaseAsync("not needed");
    }

    [Theory]
    [MemberData(nameof(TransientFailures))]
    public async Task Authorize_TransientFailures_AreRetriedWithTheSameId(string kind)
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => harness.Transport.Authorized.Count < 4
            ? throw Failure(kind)
            : Task.FromResult(Decisions.Allowed(request));

        GovernedWorkload? workload = null;
        var fault = await harness.RunAsync(async () => workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft));

        Assert.Null(fault);
        Assert.Equal(4, harness.Transport.Authorized.Count);
        Assert.Equal(workload!.Id, Assert.Single(harness.Transport.Authorized.Select(request => request.Id!.Value).Distinct()));
        Assert.Empty(harness.Transport.Released);
        await workload.ReleaseAsync("not needed");
        await workload.DisposeAsync();
    }

    [Fact]
    public async Task Authorize_RetryAfter_IsWaitedForAtLeast()
    {
        await using var harness = new ClientHarness();
        var asked = new List<DateTimeOffset>();
        harness.Transport.OnAuthorize = request =>
        {
            asked.Add(harness.Clock.GetUtcNow());
            return asked.Count == 1
                ? throw UnavailableException.Overloaded("the queue is full", TimeSpan.FromSeconds(4))
                : Task.FromResult(Decisions.Allowed(request));
        };

        var fault = await harness.RunAsync(async () => await (await harness.Client.AuthorizeAsync(ClientHarness.Draft)).ReleaseAsync("not needed"));

        Assert.Null(fault);
        Assert.Equal(2, asked.Count);
        Assert.True(asked[1] - asked[0] >= TimeSpan.FromSeconds(4), $"waited {asked[1] - asked[0]}");
    }

    [Fact]
    public async Task Authorize_NoAnswer_GivesUpAndReleasesTheId()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = _ => throw Failure("unavailable");

        var fault = await harness.RunAsync(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));
        await harness.Abandoned.WhenIdleAsync();

        var unavailable = Assert.IsType<GovernanceUnavailableException>(fault);
        Assert.IsType<UnavailableException>(unavailable.InnerException);
        Assert.Equal(harness.Transport.Authorized.Count, unavailable.Attempts);
        Assert.True(unavailable.Attempts >= 5, $"{unavailable.Attempts} attempts");
        Assert.True(unavailable.Elapsed <= TimeSpan.FromSeconds(15.1), $"{unavailable.Elapsed}");
        var id = Assert.Single(harness.Transport.Authorized.Select(request => request.Id!.Value).Distinct());
        Assert.Equal(id, unavailable.Workload);
        Assert.Equal((AgentId.Parse("support-bot"), id, "given up by the client"), Assert.Single(harness.Transport.Released));
    }

    [Fact]
    public async Task Authorize_HangingAttempt_GivesUpAtTheLimit()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = _ => new TaskCompletionSource<Decision>().Task;

        var fault = await harness.RunAsync(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));
        await harness.Abandoned.WhenIdleAsync();

        var unavailable = Assert.IsType<GovernanceUnavailableException>(fault);
        Assert.Equal(1, unavailable.Attempts);
        Assert.Equal(unavailable.Workload, Assert.Single(harness.Transport.Released).Id);
    }

    [Fact]
    public async Task Authorize_Cancelled_ReleasesTheId()
    {
        await using var harness = new ClientHarness();
        using var cancel = new CancellationTokenSource();
        harness.Transport.OnAuthorize = _ => new TaskCompletionSource<Decision>().Task;

        var asking = harness.Client.AuthorizeAsync(ClientHarness.Draft, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => asking);
        await harness.Abandoned.WhenIdleAsync();

        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.Equal(Assert.Single(harness.Transport.Authorized).Id, Assert.Single(harness.Transport.Released).Id);
    }

    [Fact]
    public async Task Authorize_CancelledBeforehand_SendsNothing()
    {
        await using var harness = new ClientHarness();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => harness.Client.AuthorizeAsync(ClientHarness.Draft, cancellationToken: new CancellationToken(canceled: true)));

        Assert.Empty(harness.Transport.Authorized);
        Assert.Empty(harness.Transport.Released);
        Assert.Empty(harness.Spans);
    }

    [Fact]
    public async Task Abandoned_ReleaseFailing_IsTriedABoundedNumberOfTimesAndLogged()
    {
        await using var harness = new ClientHarness(options => options.AbandonAttemptsMax = 3);
        harness.Transport.OnAuthorize = _ => throw Failure("timeout");
        harness.Transport.OnRelease = _ => throw Failure("timeout");

        await harness.RunAsync(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));
        await harness.RunAsync(harness.Abandoned.WhenIdleAsync);

        Assert.Equal(3, harness.Transport.Released.Count);
        Assert.IsType<TimeoutException>(Assert.Single(harness.Log(6003)).Exception);
    }

    [Fact]
    public async Task Authorize_AuthorityRevoked_ReleasesTheRecordedHold()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = _ => throw new ConflictException("authority_revoked", "gone");

        await Assert.ThrowsAsync<ConflictException>(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));
        await harness.Abandoned.WhenIdleAsync();

        Assert.Single(harness.Transport.Released);
    }

    [Theory]
    [InlineData(typeof(ConflictException))]
    [InlineData(typeof(NotFoundException))]
    [InlineData(typeof(InvalidRequestException))]
    [InlineData(typeof(AccessDeniedException))]
    public async Task Authorize_DefiniteError_IsThrownAtOnceAndReleasesNothing(Type type)
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = _ => throw DefiniteError(type);

        var fault = await Record.ExceptionAsync(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));

        Assert.IsType(type, fault);
        Assert.Single(harness.Transport.Authorized);
        Assert.Empty(harness.Transport.Released);
    }

    [Fact]
    public async Task Authorize_Refused_ThrowsByDefault()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Refused(request, DecisionResult.RateLimited, ReasonCodes.RateLimited));

        var refused = await Assert.ThrowsAsync<GovernanceRefusedException>(() => harness.Client.AuthorizeAsync(ClientHarness.Draft));

        Assert.Equal(429, refused.Status);
        Assert.Equal("RATE_LIMITED", refused.Code);
        Assert.Equal(TimeSpan.FromMilliseconds(250), refused.RetryAfter);
        Assert.Equal(Assert.Single(harness.Transport.Authorized).Id, refused.Decision.Id);
        Assert.Empty(harness.Transport.Released);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, false)]
    public async Task Authorize_Refused_IsReturnedOnRequest(bool option, bool? call)
    {
        await using var harness = new ClientHarness(options => options.ThrowOnRefusal = option);
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Refused(request, DecisionResult.Blocked, ReasonCodes.BudgetExceeded));

        var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft, call);

        Assert.False(workload.IsAllowed);
        Assert.Equal("BUDGET_EXCEEDED", workload.Decision.ReasonCode);
        await Assert.ThrowsAsync<InvalidOperationException>(() => workload.ReconcileAsync(new TokenUsage(1, 1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => workload.ReleaseAsync("not needed"));
        await workload.DisposeAsync();
        Assert.Empty(harness.Log(6005));
    }

    [Fact]
    public async Task Authorize_InvalidRequest_SendsNothing()
    {
        await using var harness = new ClientHarness();

        var invalid = await Assert.ThrowsAsync<InvalidRequestException>(
            () => harness.Client.AuthorizeAsync(new WorkloadDraft(new Operation("", "inference"))));

        Assert.Equal("operation.name", invalid.Field);
        Assert.Empty(harness.Transport.Authorized);
    }

    [Fact]
    public async Task RecordUsage_Retried_KeepsTheIdItWasGiven()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnRecordUsage = report => harness.Transport.Recorded.Count < 3
            ? throw Failure("silo")
            : Task.FromResult(new SettlementResult(report.Id!.Value, WorkloadState.Reconciled, []));
        var report = new UsageReport(
            AgentId.Parse("support-bot"), new Operation("answer ticket", "inference"), new Attribution("a", "b", "c"),
            UsageReason.Ungoverned, Usage: new TokenUsage(10, 2), Provider: "openai", Model: "gpt-4o");

        var fault = await harness.RunAsync(() => harness.Client.RecordUsageAsync(report));

        Assert.Null(fault);
        Assert.Equal(3, harness.Transport.Recorded.Count);
        Assert.NotNull(Assert.Single(harness.Transport.Recorded.Select(sent => sent.Id).Distinct()));
    }

    private static Exception Failure(string kind) => kind switch
    {
        "unavailable" => UnavailableException.Unreachable("the ledger can't be reached"),
        "overloaded" => UnavailableException.Overloaded("the queue is full", TimeSpan.FromMilliseconds(200)),
        "timeout" => new TimeoutException("no response in 3 s"),
        "silo" => new SiloUnavailableException("the silo is gone"),
        "stopping" => new OrleansException("No active nodes are compatible with grain budget and interface genops.IBudgetGrain version 0."),
        _ => new GatewayTooBusyException("too many calls"),
    };

    private static Exception DefiniteError(Type type) =>
        type == typeof(ConflictException) ? new ConflictException("idempotency_conflict", "other content")
        : type == typeof(NotFoundException) ? new NotFoundException("agent_not_found", "no such agent")
        : type == typeof(InvalidRequestException) ? new InvalidRequestException("estimate", "is required", "estimate_required")
        : AccessDeniedException.Forbidden("bound to another agent");
}
