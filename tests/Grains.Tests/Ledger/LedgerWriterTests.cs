using System.Runtime.CompilerServices;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

public sealed class LedgerWriterTests
{
    [Fact]
    public void Append_Alone_IsSentAtOnceAndAnswersWithTheEpoch()
    {
        var ledger = new WriterUnderTest();
        var stream = new TestStream("t/acme");

        var task = ledger.Append(stream.Next(changesAuthority: true));

        Assert.Equal(["t/acme"], ledger.Store.Sent);
        Assert.False(task.IsCompleted);
        ledger.Finish(task);
        Assert.Equal(Task.CompletedTask.Status, task.Status);
        Assert.Equal(stream.Head, ledger.Disk.HeadOf(stream.Id));
        Assert.Equal([stream.Id], ledger.Disk.Changes);
    }

    [Fact]
    public void Append_WhileACommitIsUnderWay_SharesTheNextOneInOrder()
    {
        var ledger = new WriterUnderTest();
        var (one, two) = (new TestStream("b/acme/one"), new TestStream("b/acme/two"));

        ledger.Finish(ledger.Append(one.Next()), ledger.Append(one.Next()), ledger.Append(two.Next()), ledger.Append(one.Next()));

        Assert.Equal(["b/acme/one", "b/acme/two b/acme/one b/acme/one"], ledger.Store.Sent);
        Assert.Equal(one.Head, ledger.Disk.HeadOf(one.Id));
    }

    [Fact]
    public void Append_OfAFloodingTenant_LeavesEveryOtherTenantItsTurn()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { EntriesPerBatchMax = 4 });
        var tasks = new List<Task> { ledger.Append(new TestStream("b/first/usd").Next()) };
        var flood = new TestStream("b/flood/usd");
        for (var count = 0; count < 100; count++)
            tasks.Add(ledger.Append(flood.Next()));
        tasks.Add(ledger.Append(new TestStream("b/flood/eur").Next()));
        tasks.Add(ledger.Append(new TestStream("b/quiet/usd").Next()));

        ledger.Finish(tasks);

        Assert.Equal("b/flood/usd b/quiet/usd b/flood/eur b/flood/usd", ledger.Store.Sent[1]);
        Assert.Equal("b/flood/usd b/flood/usd b/flood/usd b/flood/usd", ledger.Store.Sent[2]);
    }

    [Fact]
    public void Append_ToSeveralStreams_KeepsTheOrderOnEach()
    {
        var ledger = new WriterUnderTest();
        var (one, two, three) = (new TestStream("b/acme/one"), new TestStream("b/acme/two"), new TestStream("b/acme/three"));

        ledger.Finish(
            ledger.Append(three.Next()),
            ledger.Append(one.Next()),
            ledger.Append(one.Next(), two.Next()),
            ledger.Append(two.Next()),
            ledger.Append(one.Next()));

        Assert.Equal(["b/acme/three", "b/acme/one b/acme/one+b/acme/two b/acme/one b/acme/two"], ledger.Store.Sent);
        Assert.Equal([3L, 2L], [ledger.Disk.HeadOf(one.Id).Seq, ledger.Disk.HeadOf(two.Id).Seq]);
    }

    [Fact]
    public void Append_WithTwoCommitsAtOnce_NeverHasAStreamInBoth()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { CommitsAtOnceMax = 2 });
        var (one, two) = (new TestStream("b/acme/one"), new TestStream("b/acme/two"));
        var tasks = new[] { ledger.Append(one.Next()), ledger.Append(one.Next()), ledger.Append(two.Next()), ledger.Append(one.Next(), two.Next()) };

        Assert.Equal(["b/acme/one", "b/acme/two"], ledger.Store.Sent);
        ledger.Finish(tasks);
        Assert.All(tasks, task => Assert.Equal(TaskStatus.RanToCompletion, task.Status));
        Assert.Equal([3L, 2L], [ledger.Disk.HeadOf(one.Id).Seq, ledger.Disk.HeadOf(two.Id).Seq]);
    }

    [Fact]
    public void Append_AuthorityGoesApart_WaitsBehindNoneOfTheRestAndIsNeverMixedWithIt()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { AuthorityGoesApart = true });
        var (budget, tenant, bot) = (new TestStream("b/acme/usd"), new TestStream("t/acme"), new TestStream("a/acme/bot"));

        var tasks = new[]
        {
            ledger.Append(budget.Next()),
            ledger.Append(tenant.Next(changesAuthority: true)),
            ledger.Append(budget.Next()),
            ledger.Append(bot.Next()),
            ledger.Append(tenant.Next(changesAuthority: true)),
            ledger.Append(tenant.Next(changesAuthority: true)),
        };

        Assert.Equal(["b/acme/usd", "t/acme"], ledger.Store.Sent);
        ledger.Finish(tasks);
        Assert.Equal(["a/acme/bot b/acme/usd", "t/acme t/acme"], ledger.Store.Sent[2..].Order(StringComparer.Ordinal));
        Assert.Equal([tenant.Id, tenant.Id, tenant.Id], ledger.Disk.Changes);
    }

    [Fact]
    public void Append_AuthorityGoesApart_KeepsTheOrderWithinAStream()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { AuthorityGoesApart = true, CommitsAtOnceMax = 2 });
        var (bot, cat) = (new TestStream("a/acme/bot"), new TestStream("a/acme/cat"));

        var tasks = new[]
        {
            ledger.Append(bot.Next()),
            ledger.Append(bot.Next(changesAuthority: true)),
            ledger.Append(bot.Next()),
            ledger.Append(cat.Next(changesAuthority: true)),
            ledger.Append(bot.Next(), cat.Next()),
        };

        Assert.Equal(["a/acme/bot", "a/acme/cat"], ledger.Store.Sent);
        ledger.Finish(tasks);
        Assert.All(tasks, task => Assert.Equal(TaskStatus.RanToCompletion, task.Status));
        Assert.Equal(["a/acme/bot", "a/acme/cat", "a/acme/bot", "a/acme/bot a/acme/bot+a/acme/cat"], ledger.Store.Sent);
        Assert.Equal([4L, 2L], [ledger.Disk.HeadOf(bot.Id).Seq, ledger.Disk.HeadOf(cat.Id).Seq]);
    }

    [Fact]
    public void Append_CallersAnsweredTogether_ShareTheNextCommitWhenTheyComeAgain()
    {
        var (ledger, budgets) = AnsweredTogether();

        var first = ledger.Append(budgets[0].Next());
        Assert.Equal(2, ledger.Store.Sent.Count);
        var second = ledger.Append(budgets[1].Next());

        Assert.Equal(["b/acme/one", "b/acme/two b/acme/three", "b/acme/one b/acme/two"], ledger.Store.Sent);
        ledger.Finish(first, second);
        Assert.Equal(2, ledger.Disk.HeadOf(budgets[0].Id).Seq);
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(5, 8)]
    public void Append_TheOthersDontComeAgain_WaitsForTwiceTheCommitAndNeverLongerThanAllowed(int tookMs, int waitMs)
    {
        var (ledger, budgets) = AnsweredTogether(tookMs);

        var alone = ledger.Append(budgets[0].Next());
        ledger.Clock.Advance(TimeSpan.FromMilliseconds(waitMs - 0.5));
        Assert.Equal(2, ledger.Store.Sent.Count);
        ledger.Clock.Advance(TimeSpan.FromMilliseconds(0.5));

        Assert.Equal("b/acme/one", ledger.Store.Sent[2]);
        ledger.Finish(alone);
        var next = ledger.Append(budgets[0].Next());
        Assert.Equal(4, ledger.Store.Sent.Count);
        ledger.Finish(next);
    }

    [Fact]
    public async Task Dispose_WhileCallersAreAwaited_EndsAfterwards()
    {
        var (ledger, _) = AnsweredTogether();

        var ended = ledger.Writer.DisposeAsync().AsTask();
        ledger.Clock.Advance(TimeSpan.FromMilliseconds(6));

        await ended;
    }

    /// <summary>A writer whose last commit, of a number of ms, has just answered two callers.</summary>
    private static (WriterUnderTest Ledger, TestStream[] Budgets) AnsweredTogether(int tookMs = 3)
    {
        var ledger = new WriterUnderTest(new LedgerOptions { GatherMax = TimeSpan.FromMilliseconds(8) });
        TestStream[] budgets = [new("b/acme/one"), new("b/acme/two"), new("b/acme/three")];
        var tasks = budgets.Select(budget => ledger.Append(budget.Next())).ToArray();
        ledger.Finish(tasks[0]);
        ledger.Clock.Advance(TimeSpan.FromMilliseconds(tookMs));
        ledger.Finish(tasks[1..]);
        return (ledger, budgets);
    }

    [Fact]
    public void Append_LargerThanABatch_IsABatchOfItsOwn()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { EntriesPerBatchMax = 2 });

        ledger.Finish(
            ledger.Append(new TestStream("b/a/usd").Next()),
            ledger.Append(new TestStream("b/b/usd").Next()),
            ledger.Append(new TestStream("b/c/usd").Next(count: 5)),
            ledger.Append(new TestStream("b/d/usd").Next()));

        Assert.Equal(["b/a/usd", "b/b/usd", "b/c/usd", "b/d/usd"], ledger.Store.Sent);
    }

    [Fact]
    public void Append_QueueFull_IsOverloadedAtOnceAndChangesNothing()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { EntriesQueuedMax = 3, EntriesQueuedPerTenantMax = 2 });
        var inFlight = ledger.Append(new TestStream("b/acme/usd").Next());
        var flood = new TestStream("b/flood/usd");
        var queued = ledger.Append(flood.Next(count: 2));

        var tenant = ledger.Refused<UnavailableException>(flood.Fork().Next());
        var other = ledger.Append(new TestStream("b/quiet/usd").Next());
        var all = ledger.Refused<UnavailableException>(new TestStream("b/late/usd").Next());

        Assert.Equal(("overloaded", "2 ledger entries of tenant flood are waiting to be written"), (tenant.Code, tenant.Message));
        Assert.Equal(("overloaded", "3 ledger entries are waiting to be written"), (all.Code, all.Message));
        ledger.Finish(inFlight, queued, other);
        var after = ledger.Append(flood.Next());
        ledger.Finish(after);
        Assert.Equal(TaskStatus.RanToCompletion, after.Status);
        Assert.Equal(5, ledger.Disk.Entries.Length);
    }

    [Fact]
    public void Append_WhatTakesAwayWhileTheQueueIsFull_HasARoomOfItsOwn()
    {
        var ledger = new WriterUnderTest(new LedgerOptions
        {
            EntriesQueuedMax = 2, EntriesQueuedPerTenantMax = 2, AuthorityEntriesReserved = 2, BytesQueuedMax = 64 << 10, AuthorityBytesReserved = 64 << 10,
        });
        var inFlight = ledger.Append(new TestStream("b/other/usd").Next());
        var queued = ledger.Append(new TestStream("b/acme/usd").Next(count: 2, data: $"\"{new string('x', 31 << 10)}\""));
        var (bot, cat) = (new TestStream("a/acme/bot"), new TestStream("a/acme/cat"));
        ledger.Refused<UnavailableException>(bot.Fork().Next());

        var first = ledger.Append(bot.NextOf("agent.suspended") with { TakesAway = true });
        var second = ledger.Append(cat.NextOf("delegation.revoked") with { TakesAway = true });

        var third = ledger.Refused<UnavailableException>(new TestStream("a/acme/dog").NextOf("agent.suspended") with { TakesAway = true });
        Assert.Equal("overloaded", third.Code);
        ledger.Finish(inFlight, queued, first, second);
        Assert.Equal([1L, 1L], [ledger.Disk.HeadOf(bot.Id).Seq, ledger.Disk.HeadOf(cat.Id).Seq]);
    }

    [Fact]
    public void Append_FloodOfGrants_LeavesRoomForWhatTakesAway()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { EntriesQueuedMax = 2, EntriesQueuedPerTenantMax = 2, AuthorityEntriesReserved = 1 });
        var inFlight = ledger.Append(new TestStream("b/other/usd").Next());
        var (bot, cat) = (new TestStream("a/acme/bot"), new TestStream("a/acme/cat"));
        var granted = ledger.Append(bot.NextOf("delegation.granted", "delegation.granted"));

        var grant = ledger.Refused<UnavailableException>(new TestStream("a/acme/dog").NextOf("delegation.granted"));
        var revoked = ledger.Append(cat.NextOf("delegation.revoked") with { TakesAway = true });

        Assert.Equal("overloaded", grant.Code);
        ledger.Finish(inFlight, granted, revoked);
        Assert.Equal([2L, 1L], [ledger.Disk.HeadOf(bot.Id).Seq, ledger.Disk.HeadOf(cat.Id).Seq]);
    }

    [Fact]
    public void Events_ThatTakeAway_AreTheseAndNoOthers()
    {
        var kinds = typeof(LedgerEvent).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(LedgerEvent)) && !type.IsAbstract)
            .Select(type => (LedgerEvent)RuntimeHelpers.GetUninitializedObject(type))
            .Where(content => content.TakesAway)
            .Select(LedgerKinds.NameOf);

        Assert.Equal(
            ["agent.closed", "agent.suspended", "budget.frozen", "delegation.revoked", "key.revoked", "tenant.closed", "tenant.suspended"],
            kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Append_TooManyBytes_IsOverloaded()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { BytesQueuedMax = 64 << 10 });
        ledger.Append(new TestStream("b/acme/usd").Next());

        var exception = ledger.Refused<UnavailableException>(new TestStream("b/acme/eur").Next(data: $"\"{new string('x', 64 << 10)}\""));

        Assert.Equal("overloaded", exception.Code);
    }

    [Fact]
    public void Append_ThatDoesNotFollowFromItsBase_IsABug()
    {
        var ledger = new WriterUnderTest();
        var stream = new TestStream("b/acme/usd");
        var first = stream.Next();
        var second = stream.Next();

        ledger.Refused<ArgumentException>();
        ledger.Refused<ArgumentException>(first with { Entries = [] });
        ledger.Refused<ArgumentException>(second with { Base = LedgerHead.Empty });
        ledger.Refused<ArgumentException>(first with { Entries = [first.Entries[0], first.Entries[0]] });
        ledger.Refused<ArgumentException>(first, first);
        Assert.Empty(ledger.Store.Sent);
    }

    [Fact]
    public void DefiniteError_OneBadEntryInABatch_HurtsItsOwnCallerAlone()
    {
        var ledger = new WriterUnderTest();
        var (good, bad) = (new TestStream("b/acme/good"), new TestStream("b/acme/bad"));
        ledger.Store.Refuses = entry => entry.Text.Span.IndexOf("poison"u8) >= 0;
        var first = ledger.Append(new TestStream("b/acme/usd").Next());
        var poisoned = ledger.Append(bad.Next(data: "\"poison\""));
        var healthy = ledger.Append(good.Next());
        var behind = ledger.Append(bad.Next());
        var healthyToo = ledger.Append(good.Next());

        Assert.IsType<LedgerUnknownException>(ledger.FailureOf(poisoned));
        Assert.Equal("stream b/acme/bad: an entry in front of this one failed", Assert.IsType<LedgerFencedException>(ledger.FailureOf(behind)).Message);
        ledger.Finish(first, healthy, healthyToo);
        Assert.Equal([TaskStatus.RanToCompletion, TaskStatus.RanToCompletion], [healthy.Status, healthyToo.Status]);
        Assert.Equal([2L, 0L], [ledger.Disk.HeadOf(good.Id).Seq, ledger.Disk.HeadOf(bad.Id).Seq]);
    }

    [Theory]
    [InlineData(SimulatedFate.RequestLost)]
    [InlineData(SimulatedFate.AnswerLost)]
    [InlineData(SimulatedFate.ArrivesLate)]
    [InlineData(SimulatedFate.NeverAnswered)]
    public void UnknownOutcome_SentAgain_IsAcknowledgedAndWrittenOnce(SimulatedFate fate)
    {
        var ledger = new WriterUnderTest();
        ledger.Store.Script(fate);
        var stream = new TestStream("b/acme/usd");
        var first = ledger.Append(stream.Next(count: 2, changesAuthority: true));
        var second = ledger.Append(stream.Next());

        ledger.Finish(first, second);
        while (ledger.Store.Step())
        {
        }

        Assert.Equal([TaskStatus.RanToCompletion, TaskStatus.RanToCompletion], [first.Status, second.Status]);
        Assert.Equal(["b/acme/usd", "b/acme/usd", "b/acme/usd"], ledger.Store.Sent);
        Assert.Equal(3, ledger.Disk.Entries.Length);
        Assert.Single(ledger.Disk.Changes);
    }

    [Fact]
    public void UnknownOutcome_WhileRetrying_TheQueueStaysBounded()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { EntriesQueuedMax = 1, EntriesQueuedPerTenantMax = 1 });
        ledger.Store.Script(SimulatedFate.RequestLost);
        var first = ledger.Append(new TestStream("b/acme/usd").Next());
        Assert.True(ledger.Store.Step()); // the connection breaks; the writer waits before it tries again
        var second = ledger.Append(new TestStream("b/acme/eur").Next());

        ledger.Refused<UnavailableException>(new TestStream("b/acme/gbp").Next());

        ledger.Finish(first, second);
        Assert.Equal([TaskStatus.RanToCompletion, TaskStatus.RanToCompletion], [first.Status, second.Status]);
    }

    [Fact]
    public void UnknownForGood_FailsTheBatchAndEverythingBehindIt()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { CommitAttemptsMax = 3 });
        ledger.Store.Script(SimulatedFate.RequestLost, SimulatedFate.ArrivesLate, SimulatedFate.RequestLost);
        var stream = new TestStream("b/acme/usd");
        var start = ledger.Clock.GetUtcNow();
        var first = ledger.Append(stream.Next());
        var behind = ledger.Append(stream.Next());
        var other = ledger.Append(new TestStream("b/acme/eur").Next());

        Assert.StartsWith("nobody knows whether the entries are durable", Assert.IsType<LedgerUnknownException>(ledger.FailureOf(first)).Message);
        Assert.IsType<LedgerFencedException>(ledger.FailureOf(behind));
        ledger.Finish(other);
        Assert.Equal(TaskStatus.RanToCompletion, other.Status);
        Assert.Equal(["b/acme/usd", "b/acme/usd", "b/acme/usd", "b/acme/eur"], ledger.Store.Sent);
        Assert.Equal(TimeSpan.FromMilliseconds(150), ledger.Clock.GetUtcNow() - start); // 50 and 100 ms of waiting
    }

    [Fact]
    public void UnknownForGood_StoreThatNeverAnswers_IsGivenUpInTime()
    {
        var ledger = new WriterUnderTest();
        ledger.Store.Script([.. Enumerable.Repeat(SimulatedFate.NeverAnswered, 5)]);
        var start = ledger.Clock.GetUtcNow();

        Assert.IsType<LedgerUnknownException>(ledger.FailureOf(ledger.Append(new TestStream("b/acme/usd").Next())));

        Assert.InRange(ledger.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
        Assert.Equal(3, ledger.Store.Sent.Count); // 2 s, 2 s and what remains of the 5
    }

    [Fact]
    public void Fenced_LostBatchOfAStaleWriter_ItsSuccessorCannotSlipIn()
    {
        // This writer's number 2 is lost with its connection, another activation writes number 2, and this one's 3 waits.
        var ledger = new WriterUnderTest();
        var ours = new TestStream("b/acme/usd");
        ledger.Finish(ledger.Append(ours.Next()));
        var theirs = ours.Fork();
        ledger.Store.Script(SimulatedFate.RequestLost);
        var lost = ledger.Append(ours.Next(data: "\"ours\""));
        var successor = ledger.Append(ours.Next());
        Assert.True(ledger.Store.Step());
        ledger.Disk.Apply([[theirs.Next(data: "\"theirs\"")]]);

        Assert.Equal("stream b/acme/usd: another writer's entries stand where these should", Assert.IsType<LedgerFencedException>(ledger.FailureOf(lost)).Message);
        Assert.Equal("stream b/acme/usd: an entry in front of this one failed", Assert.IsType<LedgerFencedException>(ledger.FailureOf(successor)).Message);
        Assert.Equal(theirs.Head, ledger.Disk.HeadOf(ours.Id));

        var reloaded = ledger.Append(theirs.Next());
        ledger.Finish(reloaded);
        Assert.Equal(TaskStatus.RanToCompletion, reloaded.Status);
    }

    [Fact]
    public void Fenced_AppendToSeveralStreams_TakesWhatIsBehindItOnEach()
    {
        var ledger = new WriterUnderTest();
        var (one, two) = (new TestStream("b/acme/one"), new TestStream("b/acme/two"));
        ledger.Disk.Apply([[one.Fork().Next(data: "\"theirs\"")]]);
        var both = ledger.Append(one.Next(), two.Next());
        var behindTwo = ledger.Append(two.Next());
        var elsewhere = ledger.Append(new TestStream("b/acme/three").Next());

        Assert.Equal(one.Id, Assert.IsType<LedgerFencedException>(ledger.FailureOf(both)).Stream);
        Assert.Equal(two.Id, Assert.IsType<LedgerFencedException>(ledger.FailureOf(behindTwo)).Stream);
        ledger.Finish(elsewhere);
        Assert.Equal(TaskStatus.RanToCompletion, elsewhere.Status);
    }

    [Fact]
    public void DecisionExists_NamesTheWorkloadAndDropsWhatIsBehind()
    {
        var ledger = new WriterUnderTest();
        var workload = TestStream.Workload(1);
        ledger.Disk.Apply([[new TestStream("a/acme/bot").Next(workload, LedgerSlot.Decision)]]);
        var budget = new TestStream("b/acme/usd");
        var decided = ledger.Append(budget.Next(workload, LedgerSlot.Decision));
        var behind = ledger.Append(budget.Next());

        var exception = Assert.IsType<DecisionExistsException>(ledger.FailureOf(decided));

        Assert.Equal((budget.Id, workload), (exception.Stream, exception.Workload));
        Assert.IsType<LedgerFencedException>(ledger.FailureOf(behind));
        Assert.Equal(LedgerHead.Empty, ledger.Disk.HeadOf(budget.Id));
    }

    [Fact]
    public void Dispose_WritesWhatIsQueuedAndRefusesMore()
    {
        var ledger = new WriterUnderTest();
        var stream = new TestStream("b/acme/usd");
        var tasks = new[] { ledger.Append(stream.Next()), ledger.Append(stream.Next()) };

        var disposing = ledger.Writer.DisposeAsync().AsTask();

        Assert.Equal("unavailable", ledger.Refused<UnavailableException>(stream.Next()).Code);
        Assert.False(disposing.IsCompleted);
        ledger.Finish(tasks);
        Assert.All(tasks, task => Assert.Equal(TaskStatus.RanToCompletion, task.Status));
        Assert.Equal(2, ledger.Disk.Entries.Length);
    }

    [Fact]
    public async Task Dispose_StoreThatNeverAnswers_FailsTheRestAfterTheDrainTimeout()
    {
        var ledger = new WriterUnderTest(new LedgerOptions { DrainTimeout = TimeSpan.FromSeconds(1) });
        ledger.Store.Script(SimulatedFate.NeverAnswered);
        var stream = new TestStream("b/acme/usd");
        var inFlight = ledger.Append(stream.Next());
        var queued = ledger.Append(stream.Next());
        var disposing = ledger.Writer.DisposeAsync().AsTask();

        ledger.Clock.Advance(TimeSpan.FromSeconds(1));
        await disposing;

        await Assert.ThrowsAsync<LedgerUnknownException>(() => inFlight);
        await Assert.ThrowsAsync<LedgerUnknownException>(() => queued);
    }
}
