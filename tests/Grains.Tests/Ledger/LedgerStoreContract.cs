using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Tests.Ledger;

/// <summary>What every store of the ledger does alike.</summary>
public abstract class LedgerStoreContract
{
    private static readonly AppendOutcome Accepted = AppendOutcome.Accepted;

    /// <summary>A new, empty store; it reads two entries in a page.</summary>
    private protected abstract ILedgerStore Store { get; }

    [Fact]
    public async Task Commit_SameEntriesAgain_AreAcceptedAndWrittenOnce()
    {
        var stream = new TestStream("b/acme/usd");
        StreamAppend[] first = [stream.Next(count: 3, changesAuthority: true)];
        StreamAppend[] second = [stream.Next()];
        await Store.CommitAsync([first, second], default);

        var again = await Store.CommitAsync([first, second], default);

        Assert.Equal([Accepted, Accepted], again.Outcomes);
        Assert.Equal(new Epoch(1), again.Epoch);
        Assert.Equal(4, (await Store.ReadStreamAsync(stream.Id, 0).ToListAsync()).Count);
    }

    [Fact]
    public async Task Commit_PredecessorOfAnotherWriter_IsFenced()
    {
        // The lost batch: this writer's number 2 was lost, another's stands there, and its number 3 must not slip in behind.
        var ours = new TestStream("b/acme/usd");
        await Store.CommitAsync([[ours.Next()]], default);
        var theirs = ours.Fork();
        ours.Next(data: """{"lost":true}""");
        var successor = ours.Next();
        await Store.CommitAsync([[theirs.Next()]], default);

        var commit = await Store.CommitAsync([[successor]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id)], commit.Outcomes);
        Assert.Equal(theirs.Head, (await Store.ReadStreamAsync(ours.Id, 0).LastAsync()).Head);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Commit_NumberTakenByAnotherWriter_IsFencedAsAWhole(int count)
    {
        var ours = new TestStream("b/acme/usd");
        await Store.CommitAsync([[ours.Next()]], default);
        var theirs = ours.Fork();
        await Store.CommitAsync([[theirs.Next()]], default);

        var commit = await Store.CommitAsync([[ours.Next(count, """{"other":true}""")]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id)], commit.Outcomes);
        Assert.Equal(2, (await Store.ReadStreamAsync(ours.Id, 0).ToListAsync()).Count);
    }

    [Fact]
    public async Task Commit_FirstEntryOfAStreamThatHasOne_IsFenced()
    {
        await Store.CommitAsync([[new TestStream("b/acme/usd").Next()]], default);

        var commit = await Store.CommitAsync([[new TestStream("b/acme/usd").Next(data: """{"other":true}""")]], default);

        Assert.Equal(AppendOutcomeKind.Fenced, commit.Outcomes[0].Kind);
    }

    [Fact]
    public async Task Commit_AppendThatBeginsLikeWhatIsThere_IsFencedAndLeavesNothing()
    {
        var ours = new TestStream("b/acme/usd");
        var theirs = ours.Fork();
        await Store.CommitAsync([[theirs.Next()]], default);

        var commit = await Store.CommitAsync([[ours.Next(count: 2)]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id)], commit.Outcomes);
        Assert.Single(await Store.ReadStreamAsync(ours.Id, 0).ToListAsync());
    }

    [Fact]
    public async Task Commit_GapInFront_IsFenced()
    {
        var stream = new TestStream("b/acme/usd");
        stream.Next();

        var commit = await Store.CommitAsync([[stream.Next()]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, stream.Id)], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_AfterAFencedAppendInTheSameBatch_FencesWhatBuildsOnItAlone()
    {
        var ours = new TestStream("b/acme/usd");
        var other = new TestStream("b/acme/eur");
        await Store.CommitAsync([[new TestStream("b/acme/usd").Next(data: "1")]], default);

        var commit = await Store.CommitAsync([[ours.Next()], [other.Next()], [ours.Next()], [other.Next()]], default);

        var fenced = new AppendOutcome(AppendOutcomeKind.Fenced, ours.Id);
        Assert.Equal([fenced, Accepted, fenced, Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_SeveralStreamsOneFenced_WritesNone()
    {
        var first = new TestStream("t/acme");
        var second = new TestStream("b/acme/usd");
        await Store.CommitAsync([[second.Fork().Next(data: "1")]], default);

        var commit = await Store.CommitAsync([[first.Next(2, changesAuthority: true), second.Next()]], default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.Fenced, second.Id)], commit.Outcomes);
        Assert.Equal(new Epoch(0), commit.Epoch);
        Assert.Empty(await Store.ReadStreamAsync(first.Id, 0).ToListAsync());
    }

    [Fact]
    public async Task Commit_SlotTaken_SaysThatTheDecisionExists()
    {
        var workload = TestStream.Workload(1);
        var agent = new TestStream("a/acme/bot");
        var budget = new TestStream("b/acme/usd");
        await Store.CommitAsync([[agent.Next(workload, LedgerSlot.Decision)]], default);

        var commit = await Store.CommitAsync(
            [[budget.Next(workload, LedgerSlot.Decision)], [new TestStream("b/acme/eur").Next(workload, LedgerSlot.Hold(new StreamId("b/acme/eur")))]],
            default);

        Assert.Equal([new AppendOutcome(AppendOutcomeKind.DecisionExists, budget.Id, workload), Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_SameWorkloadOfAnotherTenant_IsAccepted()
    {
        var workload = TestStream.Workload(1);

        var commit = await Store.CommitAsync(
            [[new TestStream("a/acme/bot").Next(workload, 0)], [new TestStream("a/globex/bot").Next(workload, 0)]], default);

        Assert.Equal([Accepted, Accepted], commit.Outcomes);
    }

    [Fact]
    public async Task Commit_ChangesOfAuthority_AdvanceTheEpochAndNameTheStreams()
    {
        var agent = new TestStream("a/acme/bot");
        var tenant = new TestStream("t/acme");
        var before = await Store.ReadChangesAsync(new Epoch(0));

        var plain = await Store.CommitAsync([[agent.Next()]], default);
        var one = await Store.CommitAsync([[agent.Next(changesAuthority: true)], [agent.Next()]], default);
        var two = await Store.CommitAsync([[agent.Next(2, changesAuthority: true), tenant.Next(changesAuthority: true)]], default);

        Assert.Equal([0L, 1L, 3L], [plain.Epoch.Value, one.Epoch.Value, two.Epoch.Value]);
        var changes = await Store.ReadChangesAsync(new Epoch(1));
        Assert.Equal(new Epoch(3), changes.Epoch);
        Assert.Equal(before.Incarnation, changes.Incarnation);
        Assert.NotEqual(Guid.Empty, changes.Incarnation);
        Assert.Equal([(agent.Id, new Epoch(2)), (tenant.Id, new Epoch(3))], changes.Streams);
        Assert.Empty((await Store.ReadChangesAsync(new Epoch(3))).Streams);
    }

    [Fact]
    public async Task ReadStream_AcrossPages_GivesEveryEntryAfterTheNumberInOrder()
    {
        var stream = new TestStream("b/acme/usd");
        await Store.CommitAsync([[stream.Next(count: 7)], [new TestStream("b/acme/usd2").Next()]], default);

        Assert.Equal([3L, 4L, 5L, 6L, 7L], await Store.ReadStreamAsync(stream.Id, 2).Select(entry => entry.Seq).ToListAsync());
        Assert.Empty(await Store.ReadStreamAsync(stream.Id, 7).ToListAsync());
    }

    [Fact]
    public async Task ReadAuthority_AmongOtherEntries_GivesThoseOfItsKindsInOrderAcrossPages()
    {
        var (bot, other) = (new TestStream("a/acme/bot"), new TestStream("a/acme/bot2"));
        await Store.CommitAsync([[bot.NextOf([.. LedgerKinds.OfAuthority])], [other.NextOf("agent.defined")]], default);
        await Store.CommitAsync([[bot.Next(TestStream.Workload(1), 0, "workload.refused")], [bot.NextOf("key.created", "delegation.revoked")]], default);

        var entries = await Store.ReadAuthorityAsync(bot.Id, 2).ToListAsync();

        Assert.Equal(
            ["agent.resumed 3", "agent.closed 4", "delegation.granted 5", "delegation.changed 6", "delegation.revoked 7", "delegation.revoked 10"],
            entries.Select(entry => $"{entry.Kind} {entry.Seq}"));
        Assert.Equal(bot.Head, entries[^1].Head);
        Assert.Empty(await Store.ReadAuthorityAsync(bot.Id, 10).ToListAsync());
        Assert.Empty(await Store.ReadAuthorityAsync(new StreamId("a/acme/nobody"), 0).ToListAsync());
    }

    [Fact]
    public async Task ReadPage_AuthorityOnly_GivesATenantsInTheOrderOfCommits()
    {
        var acme = TenantId.Parse("acme");
        var (bot, cat, other) = (new TestStream("a/acme/bot"), new TestStream("a/acme/cat"), new TestStream("a/globex/bot"));
        await Store.CommitAsync([[cat.NextOf("agent.defined", "test.noted")], [other.NextOf("agent.defined")], [bot.NextOf("agent.defined")]], default);
        await Store.CommitAsync([[new TestStream("t/acme").NextOf("tenant.defined", "key.created")]], default);
        await Store.CommitAsync([[bot.Next(TestStream.Workload(1), 0)], [cat.NextOf("delegation.granted")], [bot.NextOf("agent.closed")]], default);

        Assert.Equal(["cat1", "bot1", "cat3", "bot3"], await PagesAsync(new EntryFilter(acme, AuthorityOnly: true)));
        Assert.Equal(["cat1", "cat3"], await PagesAsync(new EntryFilter(acme, cat.Id, AuthorityOnly: true)));
        Assert.Equal(["bot3"], await PagesAsync(new EntryFilter(acme, From: TestStream.Start.AddMilliseconds(2), AuthorityOnly: true, Stream: bot.Id)));
        Assert.Empty(await PagesAsync(new EntryFilter(acme, Workload: TestStream.Workload(1), AuthorityOnly: true)));
        Assert.Equal(5, (await PagesAsync(new EntryFilter(AuthorityOnly: true))).Count);
    }

    [Fact]
    public async Task FindEntry_ThereOrNot_GivesItOrNull()
    {
        var stream = new TestStream("b/acme/usd");
        await Store.CommitAsync([[stream.Next(count: 2)]], default);

        Assert.Equal(stream.Head, (await Store.FindEntryAsync(stream.Id, 2))!.Head);
        Assert.Null(await Store.FindEntryAsync(stream.Id, 3));
        Assert.Null(await Store.FindEntryAsync(new StreamId("b/acme/eur"), 1));
    }

    [Fact]
    public async Task FindWorkload_SeveralEntries_GivesTheDecisionFirstThenByStreamAndNumber()
    {
        var workload = TestStream.Workload(1);
        var (eur, gbp, usd) = (new TestStream("b/acme/eur"), new TestStream("b/acme/gbp"), new TestStream("b/acme/usd"));
        await Store.CommitAsync(
            [
                [eur.Next(workload, LedgerSlot.Hold(eur.Id))],
                [usd.Next(workload, LedgerSlot.Decision)],
                [usd.Next(workload, 77, "workload.reconciled")],
                [gbp.Next(TestStream.Workload(2), LedgerSlot.Decision)],
                [eur.Next(workload, -5, "workload.reconciled")],
                [new TestStream("b/globex/usd").Next(workload, LedgerSlot.Decision)],
            ],
            default);

        var found = await Store.FindWorkloadAsync(TenantId.Parse("acme"), workload);

        Assert.Equal([("b/acme/usd", 1L), ("b/acme/eur", 1L), ("b/acme/eur", 2L), ("b/acme/usd", 2L)], found.Select(entry => (entry.Stream.Value, entry.Seq)));
        Assert.Empty(await Store.FindWorkloadAsync(TenantId.Parse("acme"), TestStream.Workload(9)));
    }

    [Fact]
    public async Task ListStreams_ByPrefix_PagesByName()
    {
        foreach (var name in new[] { "b/acme/usd", "a/acme/bot", "b/acme/eur", "b/acme2/usd", "b/acme/gbp", "c/acme/x" })
            await Store.CommitAsync([[new TestStream(name).Next(count: 3)]], default);

        Assert.Equal(["b/acme/eur", "b/acme/gbp"], Names(await Store.ListStreamsAsync("b/acme/", null, 2)));
        Assert.Equal(["b/acme/usd"], Names(await Store.ListStreamsAsync("b/acme/", "b/acme/gbp", 2)));
        Assert.Empty(await Store.ListStreamsAsync("b/acme/", "b/acme/usd", 2));
        Assert.Equal(6, (await Store.ListStreamsAsync("", null, 100)).Length);
    }

    [Fact]
    public async Task ReadPage_WithEachFilter_GivesWhatMatchesInTheOrderOfCommits()
    {
        var (eur, usd, other) = (new TestStream("b/acme/eur"), new TestStream("b/acme/usd"), new TestStream("b/globex/usd"));
        var acme = TenantId.Parse("acme");
        await Store.CommitAsync([[usd.Next(count: 2)], [eur.Next()], [other.Next()], [usd.Next(TestStream.Workload(1), 0)]], default);
        await Store.CommitAsync([[eur.Next()], [usd.Next()]], default);

        Assert.Equal(["usd1", "usd2", "eur1", "usd3", "eur2", "usd4"], await PagesAsync(new EntryFilter(acme)));
        Assert.Equal(["usd1", "usd2", "usd3", "usd4"], await PagesAsync(new EntryFilter(acme, usd.Id)));
        Assert.Equal(["usd3"], await PagesAsync(new EntryFilter(acme, Workload: TestStream.Workload(1))));
        Assert.Equal(["usd2", "eur2"], await PagesAsync(new EntryFilter(acme, From: TestStream.Start.AddMilliseconds(1), To: TestStream.Start.AddMilliseconds(2))));
        Assert.Equal(7, (await PagesAsync(new EntryFilter())).Count);

        // A place that another stream's entry has.
        var third = (await Store.ReadPageAsync(new EntryFilter(), 0, 3))[2].Position;
        Assert.Equal([3L, 4L], (await Store.ReadPageAsync(new EntryFilter(Stream: usd.Id), third, 10)).Select(placed => placed.Entry.Seq));
    }

    [Fact]
    public async Task ReadByStream_AcrossPages_GivesEveryStreamInFull()
    {
        var (eur, usd) = (new TestStream("b/acme/eur"), new TestStream("b/acme/usd"));
        await Store.CommitAsync([[usd.Next(count: 3)], [eur.Next(count: 3)], [new TestStream("a/acme/bot").Next()]], default);

        var entries = await Store.ReadByStreamAsync("b/").Select(entry => (entry.Stream, entry.Seq)).ToListAsync();

        Assert.Equal([(eur.Id, 1L), (eur.Id, 2L), (eur.Id, 3L), (usd.Id, 1L), (usd.Id, 2L), (usd.Id, 3L)], entries);
    }

    private static IEnumerable<string> Names(IEnumerable<StreamId> streams) => streams.Select(stream => stream.Value);

    private async Task<List<string>> PagesAsync(EntryFilter filter)
    {
        List<string> names = [];
        var after = 0L;
        while (true)
        {
            var page = await Store.ReadPageAsync(filter, after, 2);
            if (page.IsEmpty)
                return names;

            names.AddRange(page.Select(placed => $"{placed.Entry.Stream.Name}{placed.Entry.Seq}"));
            after = page[^1].Position;
        }
    }
}
