using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Options;
using static GenOps.ControlPlane.Authority.AuthorityEntries;

namespace GenOps.ControlPlane.Authority;

public sealed class DelegationIndexTests
{
    private readonly AuthorityEntries _entries = new();

    [Fact]
    public async Task Find_ThereOrNot_GivesThePartiesOrNull()
    {
        _entries.Agent("bot").Grant("d1", "user:maria", "bot").Change("d1", "user:maria", "bot").Revoke("d1", "bot");
        var index = Index();

        Assert.Equal(new DelegationParties(Principal.Parse("user:maria"), AgentId.Parse("bot")), await index.FindAsync(Acme, DelegationId.Parse("d1")));
        Assert.Null(await index.FindAsync(Acme, DelegationId.Parse("d2")));
        Assert.Equal((0, 0), _entries.Read);
    }

    [Fact]
    public async Task Ask_Again_ReadsOnFromWhereItStopped()
    {
        _entries.Agent("bot").Grant("d1", "user:maria", "bot").Grant("d2", "user:maria", "bot");
        var index = Index(new DelegationIndexOptions { EntriesPerPageMax = 2 });

        Assert.Equal(2, await index.AskAsync(Acme, forest => forest.Count));
        Assert.Equal((2, 3), _entries.Read);
        Assert.Equal(2, await index.AskAsync(Acme, forest => forest.Count));
        Assert.Equal((3, 3), _entries.Read);
        _entries.Grant("d3", "user:maria", "bot");
        Assert.Equal(3, await index.AskAsync(Acme, forest => forest.Count));
        Assert.Equal((4, 4), _entries.Read);
    }

    [Fact]
    public async Task Ask_WhileSomethingEarlierIsBeingCommitted_HasWhatIsDurableAndLaterWhatWasLate()
    {
        _entries.Agent("bot").Grant("d1", "user:maria", "bot").Agent("aid").Grant("d2", "user:maria", "aid").Change("d1", "user:maria", "bot");
        _entries.SettledBelow = 2;
        _entries.Late = 4;
        var index = Index();

        Assert.Equal(["d1"], await index.AskAsync(Acme, Names));
        Assert.Equal(["d1"], await index.AskAsync(Acme, Names));
        _entries.Late = null;
        Assert.Equal(["d1", "d2"], await index.AskAsync(Acme, Names));
        _entries.SettledBelow = long.MaxValue;
        Assert.Equal(["d1", "d2"], await index.AskAsync(Acme, Names));
        _entries.Grant("d3", "user:maria", "bot");
        Assert.Equal(["d1", "d2", "d3"], await index.AskAsync(Acme, Names));
    }

    [Fact]
    public async Task Ask_LedgerReplaced_ForgetsWhatNeverHappened()
    {
        _entries.Agent("bot").Grant("d1", "user:maria", "bot").Grant("d2", "user:maria", "bot");
        var index = Index();
        await _entries.Watch.RefreshAsync();
        Assert.Equal(["d1", "d2"], await index.AskAsync(Acme, Names));

        _entries.Lose(1);
        _entries.Incarnation = new("0199a5f0-7c3b-7d21-9d3e-000000000002");
        await _entries.Watch.RefreshAsync();

        Assert.Equal(["d1"], await index.AskAsync(Acme, Names));
    }

    [Fact]
    public async Task Ask_ManyAtOnce_ReadsEachEntryOnce()
    {
        for (var number = 0; number < 50; number++)
            _entries.Grant($"d{number}", "user:maria", "bot");
        var index = Index(new DelegationIndexOptions { EntriesPerPageMax = 7 });

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => index.AskAsync(Acme, forest => forest.Count))));

        Assert.All(counts, count => Assert.Equal(50, count));
        Assert.Equal(50, _entries.Read.Entries);
    }

    [Fact]
    public async Task Ask_MoreTenantsThanFit_ForgetsTheOneAskedAboutLeastRecently()
    {
        _entries.Grant("d1", "user:maria", "bot");
        var index = Index(new DelegationIndexOptions { TenantsMax = 2 });
        await index.AskAsync(Acme, forest => forest.Count);
        await index.AskAsync(TenantId.Parse("globex"), forest => forest.Count);
        await index.AskAsync(Acme, forest => forest.Count);

        Assert.Equal(0, await index.AskAsync(TenantId.Parse("initech"), forest => forest.Count));
        Assert.Equal(1, await index.AskAsync(Acme, forest => forest.Count));

        Assert.Equal(2, index.Tenants);
        Assert.Equal(1, _entries.Read.Entries);
    }

    [Fact]
    public async Task Ask_LedgerUnreadable_IsUnavailableAndMendsItself()
    {
        _entries.Grant("d1", "user:maria", "bot");
        var index = Index();
        _entries.Fault = new LedgerStoreException("the disk is gone", nothingWritten: true);

        var error = await Assert.ThrowsAsync<UnavailableException>(() => index.AskAsync(Acme, forest => forest.Count));
        _entries.Fault = null;

        Assert.Equal(("unavailable", "the delegations can't be read: the disk is gone"), (error.Code, error.Message));
        Assert.Equal(1, await index.AskAsync(Acme, forest => forest.Count));
    }

    [Theory]
    [InlineData(0, 1, 1, 1, "GenOps:Authority:TenantsMax is 0; set it from 1 to 100000")]
    [InlineData(1, 200_000, 1, 1, "GenOps:Authority:EntriesPerPageMax is 200000; set it from 1 to 100000")]
    [InlineData(1, 1, -1, 1, "GenOps:Authority:AskedAtOnceMax is -1; set it from 1 to 1000")]
    [InlineData(1, 1, 1, 0, "GenOps:Authority:BudgetsMax is 0; set it from 1 to 1000000")]
    public void Options_OutOfRange_AreRefusedWithAdvice(int tenants, int entries, int asked, int budgets, string fault) =>
        Assert.Equal([fault], new DelegationIndexOptionsValidator().Validate(null, new DelegationIndexOptions
        {
            TenantsMax = tenants, EntriesPerPageMax = entries, AskedAtOnceMax = asked, BudgetsMax = budgets,
        }).Failures);

    [Fact]
    public void Options_Standard_AreValid() => Assert.True(new DelegationIndexOptionsValidator().Validate(null, new DelegationIndexOptions()).Succeeded);

    private static string[] Names(DelegationForest forest) =>
        [.. new[] { "d1", "d2", "d3" }.Where(name => forest.Mark(DelegationId.Parse(name), Now) is not null)];

    private DelegationIndex Index(DelegationIndexOptions? options = null) => new(_entries.Reader, _entries.Watch, Options.Create(options ?? new DelegationIndexOptions()));
}
