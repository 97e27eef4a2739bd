using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client.Tests;

public sealed class RevocationTests
{
    [Fact]
    public async Task Push_Revoked_FiresWithinOneAnswer()
    {
        await using var harness = new ClientHarness();
        await using var revoked = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await using var other = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        var told = Told(revoked);
        var before = harness.Clock.GetUtcNow();

        harness.Transport.Revoked[revoked.Id] = true;
        harness.Transport.Feed.Announce(8);
        await told;

        Assert.Equal(before, harness.Clock.GetUtcNow());
        Assert.False(other.Revoked.IsCancellationRequested);
        Assert.Empty(harness.Transport.Extended);
        Assert.Single(harness.Log(6007));
        await revoked.ReconcileAsync(new TokenUsage(374, 10));
        await other.ReconcileAsync(new TokenUsage(374, 44));
        Assert.Equal(2, harness.Transport.Reconciled.Count);
    }

    [Fact]
    public async Task Push_Revoked_EndsTheRenewalAndIsAskedNoMore()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Revoked[workload.Id] = true;
        harness.Transport.Feed.Announce(8);
        await Told(workload);
        await harness.SettleAsync(harness.Listener.WhenIdleAsync);
        var asked = harness.Transport.Listed.Count;

        harness.Transport.Feed.Announce(9);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(300));

        Assert.Empty(harness.Transport.Extended);
        Assert.Equal(asked, harness.Transport.Listed.Count);
        Assert.Single(harness.Log(6007));
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Push_ChangeThatConcernsNone_FiresNothing()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);

        harness.Transport.Feed.Announce(8);
        await SettleInAsync(harness);

        Assert.Equal([null, new Epoch(7), new Epoch(8)], harness.Transport.Feed.Asked.Distinct());
        Assert.Equal(2, harness.Transport.Listed.Count);
        Assert.False(workload.Revoked.IsCancellationRequested);
        await workload.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Push_NothingChanged_AsksAboutNothing()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);

        for (var answers = harness.Transport.Feed.Asked.Count; harness.Transport.Feed.Asked.Count < answers + 3;)
            await harness.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Single(harness.Transport.Listed);
        await workload.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Push_AThousandOpenOfThreeAgents_FiresOnlyTheRevoked()
    {
        await using var harness = new ClientHarness();
        var workloads = new List<GovernedWorkload>();
        for (var i = 0; i < 1_000; i++)
            workloads.Add(await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Agent = AgentId.Parse($"worker-{i % 3}") }));
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();
        var gone = workloads.Where((_, i) => i % 3 == 1 && i % 2 == 0).ToArray();
        foreach (var workload in gone)
            harness.Transport.Revoked[workload.Id] = true;

        harness.Transport.Feed.Announce(8);
        await Task.WhenAll(gone.Select(Told));
        await harness.SettleAsync(harness.Listener.WhenIdleAsync);

        Assert.Equal(gone.Select(workload => workload.Id), workloads.Where(workload => workload.Revoked.IsCancellationRequested).Select(workload => workload.Id));
        Assert.Equal(166, gone.Length);
        Assert.Equal(
            [("worker-0", 334), ("worker-1", 333), ("worker-2", 333)],
            harness.Transport.Listed.Select(page => (page.Agent.Value, page.Workloads.Length)).Order());
        foreach (var workload in workloads)
            await workload.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Push_MoreThanAPage_AsksInPagesOfAThousand()
    {
        await using var harness = new ClientHarness();
        var workloads = new List<GovernedWorkload>();
        for (var i = 0; i < 2_001; i++)
            workloads.Add(await harness.Client.AuthorizeAsync(ClientHarness.Draft));
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();
        harness.Transport.Revoked[workloads[2_000].Id] = true;

        harness.Transport.Feed.Announce(8);
        await Told(workloads[2_000]);
        await harness.SettleAsync(harness.Listener.WhenIdleAsync);

        Assert.Equal([1, 1_000, 1_000], harness.Transport.Listed.Select(page => page.Workloads.Length).Order());
        Assert.Equal(2_001, harness.Transport.Listed.SelectMany(page => page.Workloads).Distinct().Count());
        Assert.Single(workloads, workload => workload.Revoked.IsCancellationRequested);
    }

    [Fact]
    public async Task Push_ManyChanges_AreAskedAtMostOncePerRoundDelay()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();

        for (var epoch = 8; epoch < 208; epoch++)
        {
            harness.Transport.Feed.Announce(epoch);
            await Task.Run(() => harness.Clock.Advance(TimeSpan.FromMilliseconds(1)));
        }

        await SettleInAsync(harness);
        var rounds = harness.Transport.Listed.Select(page => page.At).ToArray();
        Assert.All(
            rounds.Zip(rounds.Skip(1)),
            pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMilliseconds(100), $"{pair.Second - pair.First} after the one before"));
        Assert.Equal(new Epoch(207), harness.Transport.Feed.Asked.Last());
        await workload.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Push_HeardWhileTheDecisionWasOnItsWay_IsAskedAboutAtOnce()
    {
        await using var harness = new ClientHarness();
        await using var first = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        var answer = new TaskCompletionSource();
        harness.Transport.OnAuthorize = async request =>
        {
            harness.Transport.Revoked[request.Id!.Value] = true;
            await answer.Task;
            return Decisions.Allowed(request);
        };

        var asking = harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.Feed.Announce(8);
        await SettleInAsync(harness);
        answer.SetResult();
        await using var late = await asking;
        await Told(late);

        Assert.Equal(new Epoch(7), late.Decision.Epoch);
        Assert.Equal([late.Id], harness.Transport.Listed.Last().Workloads);
        Assert.False(first.Revoked.IsCancellationRequested);
        await first.ReleaseAsync("not needed");
        await late.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Push_DecidedAtWhatWasHeard_IsNotAskedAbout()
    {
        await using var harness = new ClientHarness();
        await using var first = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();

        await using var second = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await harness.SettleAsync(harness.Listener.WhenIdleAsync);

        Assert.Empty(harness.Transport.Listed);
        await first.ReleaseAsync("not needed");
        await second.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Push_ConnectionLost_ChangeMeanwhileIsFoundAtReconnect()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        var told = Told(workload);

        harness.Transport.Feed.Break(new TimeoutException("no response in 30 s"));
        await harness.SettleAsync(() => harness.Transport.Feed.Asked.Count(after => after is null) >= 4);
        harness.Transport.Revoked[workload.Id] = true;
        harness.Transport.Feed.Mend(7);
        await harness.SettleAsync(() => told);

        Assert.True(workload.Revoked.IsCancellationRequested);
        Assert.Empty(harness.Transport.Extended);
        Assert.IsType<TimeoutException>(Assert.Single(harness.Log(6012)).Exception);
        Assert.Single(harness.Log(6013));
        Assert.Equal(new Epoch(7), harness.Transport.Feed.Asked.ElementAt(1));
        Assert.All(harness.Transport.Feed.Asked.Skip(2).Take(3), after => Assert.Null(after));
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Push_FeedSilent_IsLostAfterItsTimeout()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Feed.Hang();
        harness.Transport.Feed.Announce(7);
        await harness.SettleAsync(harness.Transport.Feed.WhenAskedAsync);

        harness.Transport.Revoked[workload.Id] = true;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(16));
        harness.Transport.Feed.Mend(8);
        await harness.SettleAsync(() => Told(workload));

        Assert.IsType<TimeoutException>(Assert.Single(harness.Log(6012)).Exception);
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Push_AnOlderLedger_IsAskedAboutLikeANewerOne()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);

        harness.Transport.Revoked[workload.Id] = true;
        harness.Transport.Feed.Announce(3);
        await Told(workload);

        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Push_AskingFails_IsAskedAgainAndLoggedOnce()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();
        harness.Transport.Revoked[workload.Id] = true;
        harness.Transport.OnList = _ => harness.Transport.Listed.Count < 4 ? new TimeoutException("no response in 3 s") : null;

        harness.Transport.Feed.Announce(8);
        await harness.SettleAsync(() => Told(workload));

        Assert.Equal(4, harness.Transport.Listed.Count);
        Assert.IsType<TimeoutException>(Assert.Single(harness.Log(6014)).Exception);
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Push_AskingIsDenied_LeavesItToTheRenewal()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();
        harness.Transport.OnList = _ => AccessDeniedException.Forbidden("bound to another agent");
        harness.Transport.OnExtend = _ => throw new ConflictException("authority_revoked", "gone");

        harness.Transport.Feed.Announce(8);
        await SettleInAsync(harness);
        Assert.Single(harness.Log(6014));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60));
        await Told(workload);

        Assert.Single(harness.Transport.Listed);
        Assert.Single(harness.Transport.Extended);
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Key_RefusedWhenAsking_RevokesWhatIsOpenOfEveryAgent()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await using var other = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Agent = AgentId.Parse("other") });
        await SettleInAsync(harness);
        harness.Transport.OnList = _ => AccessDeniedException.Unauthenticated("the API key of this connection has expired or was revoked");

        harness.Transport.Feed.Announce(8);
        await harness.SettleAsync(() => Task.WhenAll(Told(workload), Told(other)));

        Assert.Empty(harness.Transport.Extended);
        Assert.Equal(2, harness.Log(6007).Count());
        Assert.Equal(401, Assert.IsType<AccessDeniedException>(harness.Log(6016).First().Exception).Status);
        Assert.Empty(harness.Log(6014));
        await workload.ReleaseAsync("stopped");
        await other.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Key_RefusedByTheFeed_RevokesWhatIsOpenAndTheListenerStops()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Listed.Clear();

        harness.Transport.Feed.Break(AccessDeniedException.Unauthenticated("the gateway refused this client: revoked"));
        await harness.SettleAsync(() => Told(workload));
        await harness.SettleAsync(() => !harness.Listener.IsListening);

        Assert.Empty(harness.Transport.Listed);
        Assert.Single(harness.Log(6007));
        Assert.Single(harness.Log(6016));
        await workload.ReleaseAsync("stopped");
        Assert.Equal("key", harness.Span.Events.Single(happened => happened.Name == "genops.authority.revoked").Tags.Single().Value);
    }

    [Fact]
    public async Task Key_RefusedAtARenewal_RevokesWhatElseIsOpen()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        await using var other = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.OnExtend = _ => throw AccessDeniedException.Unauthenticated("revoked");

        var told = Task.WhenAll(Told(workload), Told(other));
        await harness.SettleAsync(() => told);

        Assert.Equal(workload.Id, Assert.Single(harness.Transport.Extended).Id);
        Assert.Equal(2, harness.Log(6007).Count());
        await workload.ReleaseAsync("stopped");
        await other.ReleaseAsync("stopped");
    }

    [Theory]
    [InlineData("forbidden")]
    [InlineData("no_key")]
    [InlineData("unreachable")]
    public async Task Key_NotRefused_FiresNothing(string what)
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        Exception failure = what switch
        {
            "forbidden" => AccessDeniedException.Forbidden("bound to another agent"),
            "no_key" => AccessDeniedException.NoKey("the API key can't be read"),
            _ => new TimeoutException("no response in 3 s"),
        };
        harness.Transport.OnList = _ => failure;
        harness.Transport.OnExtend = _ => throw failure;

        harness.Transport.Feed.Announce(8);
        await harness.SettleAsync(() => harness.Log(6014).Any());
        harness.Transport.Feed.Break(failure);
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60));
        await harness.SettleAsync(() => harness.Transport.Extended.Count >= 2);

        Assert.NotEmpty(harness.Log(6012));
        Assert.False(workload.Revoked.IsCancellationRequested);
        Assert.Empty(harness.Log(6016));
        await workload.ReleaseAsync("not needed");
    }

    [Fact]
    public async Task Push_OneAgentFails_TellsTheOthersAtOnce()
    {
        await using var harness = new ClientHarness();
        await using var stuck = await harness.Client.AuthorizeAsync(ClientHarness.Draft with { Agent = AgentId.Parse("stuck") });
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.OnList = agent => agent.Value == "stuck" ? new TimeoutException("no response in 3 s") : null;
        harness.Transport.Feed.Announce(8);
        await harness.SettleAsync(() => harness.Transport.Listed.Count(page => page.Agent.Value == "stuck") >= 6);

        harness.Transport.Revoked[workload.Id] = true;
        var before = harness.Clock.GetUtcNow();
        harness.Transport.Feed.Announce(9);
        await harness.SettleAsync(() => Told(workload));

        Assert.InRange(harness.Clock.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
        await stuck.ReleaseAsync("not needed");
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Renewal_FeedGone_StillTells()
    {
        await using var harness = new ClientHarness();
        harness.Transport.Feed.Break(new InvalidOperationException("there is no such interface"));
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.OnExtend = _ => throw new ConflictException("authority_revoked", "gone");
        await harness.UntilAsync(() => harness.Log(6012).Any());

        await harness.AdvanceAsync(TimeSpan.FromSeconds(60));
        await Told(workload);

        Assert.Single(harness.Transport.Extended);
        Assert.Single(harness.Log(6007));
        Assert.Single(harness.Log(6012));
        await workload.ReconcileAsync(new TokenUsage(374, 10));
    }

    [Fact]
    public async Task Callback_ThatBlocks_DoesNotKeepTheNextFromBeingTold()
    {
        await using var harness = new ClientHarness();
        await using var first = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await using var second = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        using var release = new ManualResetEventSlim();
        first.Revoked.Register(() => release.Wait());
        harness.Transport.Revoked[first.Id] = true;
        harness.Transport.Feed.Announce(8);
        await harness.SettleAsync(harness.Listener.WhenIdleAsync);

        harness.Transport.Revoked[second.Id] = true;
        harness.Transport.Feed.Announce(9);
        await harness.SettleAsync(() => Told(second));

        Assert.True(first.Revoked.IsCancellationRequested);
        release.Set();
        await first.ReleaseAsync("stopped");
        await second.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Callback_ThatFails_IsLogged()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        workload.Revoked.Register(() => throw new InvalidOperationException("the application's own"));

        harness.Transport.Revoked[workload.Id] = true;
        harness.Transport.Feed.Announce(8);
        await harness.SettleAsync(() => Told(workload));
        await harness.UntilAsync(() => harness.Log(6009).Any());

        Assert.IsType<AggregateException>(Assert.Single(harness.Log(6009)).Exception);
        await workload.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Listener_NothingOpenForAWhile_StopsAndStartsAgain()
    {
        await using var harness = new ClientHarness();
        Assert.False(harness.Listener.IsListening);
        await using (var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft))
        {
            await SettleInAsync(harness);
            Assert.True(harness.Listener.IsListening);
            await workload.ReleaseAsync("not needed");
        }

        await harness.AdvanceAsync(TimeSpan.FromSeconds(25));
        Assert.True(harness.Listener.IsListening);
        await harness.SettleAsync(() => !harness.Listener.IsListening);
        var asked = harness.Transport.Feed.Asked.Count;
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(asked, harness.Transport.Feed.Asked.Count);

        await using var next = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Revoked[next.Id] = true;
        harness.Transport.Feed.Announce(8);
        await Told(next);
        await next.ReleaseAsync("stopped");
    }

    [Fact]
    public async Task Listener_ForgottenHandles_AreDroppedAtHoldMax()
    {
        await using var harness = new ClientHarness(options => options.HoldMax = TimeSpan.FromMinutes(5));
        var forgotten = await harness.Client.AuthorizeAsync(ClientHarness.Draft);

        await harness.AdvanceAsync(TimeSpan.FromMinutes(6));
        await harness.SettleAsync(() => !harness.Listener.IsListening);

        Assert.False(forgotten.Revoked.IsCancellationRequested);
        await forgotten.DisposeAsync();
    }

    [Fact]
    public async Task Span_RevokedInFlight_SaysSoAndComplies()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        await SettleInAsync(harness);
        harness.Transport.Revoked[workload.Id] = true;
        harness.Transport.Feed.Announce(8);
        await Told(workload);
        await workload.ReconcileAsync(new TokenUsage(374, 10));

        Assert.Empty(GenOpsComplianceReader.Read(harness.Spans));
        Assert.Equal(true, harness.Span.GetTagItem("genops.authority.revoked"));
        Assert.Equal(
            ["genops.policy.evaluated", "genops.budget.reservation", "genops.authority.revoked", "genops.budget.reconciliation", "genops.cost.calculated"],
            harness.Span.Events.Select(happened => happened.Name));
        Assert.Equal("pushed", harness.Span.Events.ElementAt(2).Tags.Single().Value);
    }

    [Fact]
    public async Task Span_RevokedAtRenewal_NamesIt()
    {
        await using var harness = new ClientHarness();
        await using var workload = await harness.Client.AuthorizeAsync(ClientHarness.Draft);
        harness.Transport.OnExtend = _ => throw new ConflictException("authority_revoked", "gone");
        await harness.AdvanceAsync(TimeSpan.FromSeconds(60));
        await Told(workload);
        await workload.ReleaseAsync("stopped");

        Assert.Empty(GenOpsComplianceReader.Read(harness.Spans));
        Assert.Equal("renewal", harness.Span.Events.Single(happened => happened.Name == "genops.authority.revoked").Tags.Single().Value);
    }

    /// <summary>Lets the clock run until the feed waits for a change and nothing is being asked.</summary>
    private static async Task SettleInAsync(ClientHarness harness)
    {
        await harness.SettleAsync(harness.Transport.Feed.WhenAskedAsync);
        await harness.SettleAsync(harness.Listener.WhenIdleAsync);
    }

    private static Task Told(GovernedWorkload workload)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        workload.Revoked.Register(() => told.TrySetResult());
        return told.Task;
    }
}
