using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class AwaitingApprovalTests
{
    private static readonly WorkloadDraft Refund = WorkloadDraft.ForTool("refund customer", "refund") with { CustomerId = "c-17" };

    [Fact]
    public async Task Refused_UntilApproved_NamesTheApproval()
    {
        await using var harness = Asking();

        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        var thrown = await Assert.ThrowsAsync<GovernanceRefusedException>(() => harness.Client.AuthorizeAsync(Refund));

        Assert.True(refused.NeedsApproval);
        Assert.Equal(FakeApprovals.Id, refused.Approval);
        Assert.Equal(FakeApprovals.ExpiresAt, refused.ExpiresAt);
        Assert.True(thrown.NeedsApproval);
        Assert.Equal(FakeApprovals.Id, thrown.Approval);
    }

    [Fact]
    public async Task Await_Approved_AsksForTheSameAsANewWorkload()
    {
        await using var harness = Asking();
        harness.Transport.OnLook = Look(harness, (4, ApprovalState.Approved, "fine"));
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);

        GovernedWorkload? allowed = null;
        var fault = await harness.RunAsync(async () => allowed = await harness.Client.AwaitApprovalAsync(refused));

        Assert.Null(fault);
        Assert.True(allowed!.IsAllowed);
        Assert.Equal(FakeApprovals.Id, allowed.Approval);
        Assert.False(allowed.NeedsApproval);
        var (first, second) = (harness.Transport.Authorized.First(), harness.Transport.Authorized.Last());
        Assert.NotEqual(first.Id, second.Id);
        Assert.Null(first.Approval);
        Assert.Equal(FakeApprovals.Id.ToString(), second.Approval);
        Assert.Equal(ContentHash.Of(first), ContentHash.Of(second));
        Assert.Equal(
            [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(4.75)],
            harness.Transport.Looked.Select(look => look.At - Decisions.Start));
        Assert.Equal("support-bot", harness.Transport.Looked.First().Agent.Value);
        await allowed.ReconcileAsync(new Reconciliation());
    }

    [Fact]
    public async Task Await_Pending_IsLookedAtEveryFiveSecondsInTheEnd()
    {
        await using var harness = Asking();
        harness.Transport.OnLook = Look(harness, (12, ApprovalState.Approved, "fine"));
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);

        await harness.RunAsync(async () => await (await harness.Client.AwaitApprovalAsync(refused)).ReleaseAsync("not needed"));

        var looks = harness.Transport.Looked.Select(look => look.At).ToArray();
        Assert.Equal(12, looks.Length);
        Assert.All(looks.Zip(looks.Skip(1)).Skip(5), pair => Assert.Equal(TimeSpan.FromSeconds(5), pair.Second - pair.First));
    }

    [Fact]
    public async Task Await_Approved_WaitsOutsideTheNewSpan()
    {
        await using var harness = Asking();
        harness.Transport.OnLook = Look(harness, (3, ApprovalState.Approved, "fine"));
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);

        GovernedWorkload? allowed = null;
        await harness.RunAsync(async () => allowed = await harness.Client.AwaitApprovalAsync(refused));
        var decided = harness.Clock.GetUtcNow();
        harness.Clock.Advance(TimeSpan.FromMilliseconds(40));
        await allowed!.ReconcileAsync(new Reconciliation());

        Assert.Empty(GenOpsComplianceReader.Read(harness.Spans));
        Assert.Equal(2, harness.Spans.Count);
        Assert.Equal("x_approval_required", harness.Spans[0].GetTagItem("genops.policy.reason_code"));
        Assert.Equal("ALLOWED", harness.Spans[1].GetTagItem("genops.policy.result"));
        Assert.True(harness.Spans[1].StartTimeUtc >= Decisions.Start.AddSeconds(2.5).UtcDateTime);
        Assert.Equal((long)(decided.AddMilliseconds(40).UtcDateTime - harness.Spans[1].StartTimeUtc).TotalMilliseconds,
            harness.Transport.Reconciled.Single().Figures.LatencyMs);
    }

    [Fact]
    public async Task Await_ApprovedAndNoMoneyLeft_IsTheNewRefusal()
    {
        await using var harness = Asking();
        harness.Transport.OnLook = Look(harness, (1, ApprovalState.Approved, "fine"));
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        harness.Transport.OnAuthorize = request => Task.FromResult(
            Decisions.Refused(request, DecisionResult.Blocked, ReasonCodes.AuthorityRevoked));

        var second = await harness.Client.AwaitApprovalAsync(refused, throwOnRefusal: false);
        var thrown = await Assert.ThrowsAsync<GovernanceRefusedException>(() => harness.Client.AwaitApprovalAsync(refused));

        Assert.Equal("x_authority_revoked", second.Decision.ReasonCode);
        Assert.NotEqual(refused.Id, second.Id);
        Assert.Equal("x_authority_revoked", thrown.Code);
    }

    [Theory]
    [InlineData(ApprovalState.Denied, "too much", "x_approval_denied",
        " was denied by user:maria@example.com at 2026-11-23T08:02:00.000000Z: too much")]
    [InlineData(ApprovalState.Expired, null, "x_approval_expired",
        " expired at 2026-11-23T08:30:00.000000Z undecided; ask for the action again, and a new approval is asked for")]
    [InlineData(ApprovalState.Expired, "fine", "x_approval_expired",
        " expired at 2026-11-23T08:30:00.000000Z unused: user:maria@example.com had approved at 2026-11-23T08:02:00.000000Z; ask for the action again, and a new approval is asked for")]
    public async Task Await_NotApproved_IsTheRefusalThatSaysSo(ApprovalState state, string? reason, string code, string sentence)
    {
        await using var harness = Asking();
        harness.Transport.OnLook = Look(harness, (1, state, reason));
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);

        var ended = await harness.Client.AwaitApprovalAsync(refused, throwOnRefusal: false);
        var thrown = await Assert.ThrowsAsync<GovernanceRefusedException>(() => harness.Client.AwaitApprovalAsync(refused));

        Assert.False(ended.IsAllowed);
        Assert.False(ended.NeedsApproval);
        Assert.Equal(refused.Id, ended.Id);
        Assert.Equal(code, ended.Decision.ReasonCode);
        Assert.Equal($"approval {FakeApprovals.Id}{sentence}", ended.Decision.Reason);
        Assert.Empty(ended.Decision.Reservations);
        Assert.Null(ended.ExpiresAt);
        Assert.Equal(code, thrown.Code);
        Assert.Single(harness.Transport.Authorized);
        Assert.Single(harness.Spans);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ended.ReconcileAsync(new TokenUsage(1, 1)));
    }

    [Fact]
    public async Task Await_UsedByAnother_IsRefused()
    {
        await using var harness = Asking();
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        var other = WorkloadId.New(Decisions.Start);
        harness.Transport.OnLook = _ => Task.FromResult(FakeApprovals.View(ApprovalState.Used, refused.Request, "fine", other));

        var thrown = await Assert.ThrowsAsync<GovernanceRefusedException>(() => harness.Client.AwaitApprovalAsync(refused));

        Assert.Equal("x_approval_used", thrown.Code);
        Assert.Equal($"approval {FakeApprovals.Id} was used by workload {other}: it lets the action run once", thrown.Decision.Reason);
        Assert.Single(harness.Transport.Authorized);
    }

    [Fact]
    public async Task Await_AfterARestart_TakesTheDraftAndTheApproval()
    {
        await using var before = Asking();
        var refused = await before.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        await using var after = Asking();
        after.Transport.OnLook = _ => Task.FromResult(FakeApprovals.View(ApprovalState.Approved, refused.Request, "fine"));

        await using var allowed = await after.Client.AwaitApprovalAsync(refused.Approval!.Value, Refund);
        await using var again = await after.Client.AwaitApprovalAsync(refused.Approval!.Value, refused.Request);

        Assert.All(after.Transport.Authorized, sent =>
        {
            Assert.NotEqual(refused.Id, sent.Id);
            Assert.Equal(ContentHash.Of(refused.Request), ContentHash.Of(sent));
            Assert.Equal(FakeApprovals.Id.ToString(), sent.Approval);
        });
        await allowed.ReleaseAsync("not needed");
        await again.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Await_AfterARestartBetweenUseAndAnswer_GetsTheRecordedDecisionByItsOwnId()
    {
        await using var harness = Asking();
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        var own = WorkloadId.New(Decisions.Start.AddMinutes(1));
        harness.Transport.OnLook = _ => Task.FromResult(FakeApprovals.View(ApprovalState.Used, refused.Request, "fine", own));

        await using var allowed = await harness.Client.AwaitApprovalAsync(FakeApprovals.Id, refused.Request with { Id = own });

        Assert.Equal(own, allowed.Id);
        Assert.True(allowed.IsAllowed);
        await allowed.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Await_Outage_GoesOnForTheApprovalsLifeAndLogsOnce()
    {
        await using var harness = Asking();
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        var back = Decisions.Start.AddMinutes(10);
        harness.Transport.OnLook = _ => harness.Clock.GetUtcNow() < back
            ? throw new TimeoutException("no response in 3 s")
            : Task.FromResult(FakeApprovals.View(ApprovalState.Approved, refused.Request, "fine"));

        var fault = await harness.RunAsync(async () => await (await harness.Client.AwaitApprovalAsync(refused)).ReleaseAsync("not needed"));

        Assert.Null(fault);
        Assert.Equal(2, harness.Transport.Authorized.Count);
        Assert.IsType<TimeoutException>(Assert.Single(harness.Log(6015)).Exception);
    }

    [Fact]
    public async Task Await_OutagePastTheApprovalsEnd_IsUnavailable()
    {
        await using var harness = Asking(options =>
        {
            options.ApprovalPollMin = TimeSpan.FromSeconds(30);
            options.ApprovalPollMax = TimeSpan.FromSeconds(30);
        });
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        harness.Transport.OnLook = _ => throw UnavailableException.Unreachable("the ledger can't be reached");

        harness.Clock.Advance(TimeSpan.FromMinutes(28));
        var fault = await harness.RunAsync(() => harness.Client.AwaitApprovalAsync(refused));

        var unavailable = Assert.IsType<GovernanceUnavailableException>(fault);
        Assert.Null(unavailable.Workload);
        Assert.Contains($"approval {FakeApprovals.Id}", unavailable.Message, StringComparison.Ordinal);
        Assert.True(harness.Clock.GetUtcNow() >= FakeApprovals.ExpiresAt.AddSeconds(15), $"gave up at {harness.Clock.GetUtcNow()}");
        Assert.Single(harness.Transport.Authorized);
    }

    [Fact]
    public async Task Await_NeverAnswered_GivesUpLikeAnyCall()
    {
        await using var harness = new ClientHarness();
        harness.Transport.OnLook = _ => throw new TimeoutException("no response in 3 s");

        var fault = await harness.RunAsync(() => harness.Client.AwaitApprovalAsync(FakeApprovals.Id, Refund));

        Assert.InRange(Assert.IsType<GovernanceUnavailableException>(fault).Elapsed, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(18));
    }

    [Fact]
    public async Task Await_ApprovedDuringAnOutage_AsksWithOneIdForLongerThanUsual()
    {
        await using var harness = Asking();
        harness.Transport.OnLook = Look(harness, (1, ApprovalState.Approved, "fine"));
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        harness.Transport.OnAuthorize = request => harness.Clock.GetUtcNow() < Decisions.Start.AddMinutes(5)
            ? throw new TimeoutException("no response in 3 s")
            : Task.FromResult(Decisions.Allowed(request));

        var fault = await harness.RunAsync(async () => await (await harness.Client.AwaitApprovalAsync(refused)).ReleaseAsync("not needed"));

        Assert.Null(fault);
        Assert.Equal(2, harness.Transport.Authorized.Select(sent => sent.Id).Distinct().Count());
        Assert.Single(harness.Transport.Released);
    }

    [Fact]
    public async Task Await_Cancelled_LeavesTheApproval()
    {
        await using var harness = Asking();
        var refused = await harness.Client.AuthorizeAsync(Refund, throwOnRefusal: false);
        harness.Transport.OnLook = Look(harness);
        using var cancel = new CancellationTokenSource();

        var waiting = harness.Client.AwaitApprovalAsync(refused, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        Assert.Single(harness.Transport.Authorized);
        Assert.Empty(harness.Transport.Released);
    }

    [Fact]
    public async Task Await_NoSuchApproval_IsThrownAtOnce()
    {
        await using var harness = new ClientHarness();

        var missing = await Assert.ThrowsAsync<NotFoundException>(() => harness.Client.AwaitApprovalAsync(FakeApprovals.Id, Refund));

        Assert.Equal("approval_not_found", missing.Code);
        Assert.Single(harness.Transport.Looked);
    }

    [Fact]
    public async Task Await_NothingToApprove_IsRefused()
    {
        await using var harness = new ClientHarness();
        await using var allowed = await harness.Client.AuthorizeAsync(Refund);

        await Assert.ThrowsAsync<InvalidOperationException>(() => harness.Client.AwaitApprovalAsync(allowed));

        Assert.Empty(harness.Transport.Looked);
        await allowed.ReleaseAsync("not needed");
    }

    /// <summary>A control plane that wants an approval, and allows what names one.</summary>
    private static ClientHarness Asking(Action<GenOpsClientOptions>? configure = null)
    {
        var harness = new ClientHarness(configure);
        harness.Transport.OnAuthorize = request => Task.FromResult(
            request.Approval is null ? FakeApprovals.Required(request) : Decisions.Allowed(request) with { Approval = request.Approval });
        return harness;
    }

    /// <summary>Pending, until the n-th look.</summary>
    private static Func<ApprovalId, Task<ApprovalView>> Look(
        ClientHarness harness, (int Nth, ApprovalState State, string? Reason)? decided = null) => _ =>
    {
        var asked = harness.Transport.Authorized.First();
        return Task.FromResult(decided is { } end && harness.Transport.Looked.Count >= end.Nth
            ? FakeApprovals.View(end.State, asked, end.Reason)
            : FakeApprovals.View(ApprovalState.Pending, asked));
    };
}
