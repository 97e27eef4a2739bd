using System.Globalization;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Reports;

namespace GenOps.ControlPlane.Versions;

/// <summary>Reading what a later build wrote: readable, refused as too new, or damaged, and never one for the other.</summary>
public sealed class LaterEntryTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.Parse("2026-11-23T08:00:00Z", CultureInfo.InvariantCulture);
    private static readonly Principal Maria = Principal.Parse("user:maria");

    private static readonly LedgerEntry Frozen = EntryText.Compose(
        new StreamId("b/acme/usd"), LedgerHead.Empty, new BudgetFrozen(ScopePath.Parse("nlp"), "incident 7", Maria), At);

    private static readonly LedgerEntry Revoked = EntryText.Compose(
        new StreamId("a/acme/bot"), LedgerHead.Empty, new DelegationRevoked(DelegationId.Parse("d-1"), "over", Maria), At);

    private static readonly LedgerEntry Released = GoldenLedger.Entries.First(entry => entry.Kind == "workload.released");

    [Fact]
    public void Read_MoreMembers_AreLeftOut()
    {
        var later = LaterBuild.Writes(Frozen, "\"reason\"", "\"ticket\":{\"number\":7},\"reason\"");

        Assert.Equal(new BudgetFrozen(ScopePath.Parse("nlp"), "incident 7", Maria), EntryText.Read(later));
    }

    [Fact]
    public void Read_UnknownKindOfAWholeEntry_IsTooNew()
    {
        var refused = Assert.Throws<UnavailableException>(() => EntryText.Read(LaterBuild.OfUnknownKind(Frozen)));

        Assert.Equal((503, "build_too_old", TimeSpan.FromSeconds(1)), (refused.Status, refused.Code, refused.RetryAfter));
        Assert.Equal(
            "b/acme/usd #1: this build does not know entries of kind 'budget.teleported'; the entry is whole, so a later build wrote it, and a node of that build or a later one can answer",
            refused.Message);
    }

    [Fact]
    public void Read_LaterVersionOfAWholeEntry_IsTooNew()
    {
        var later = LaterBuild.OfNextVersion(Frozen);

        Assert.Equal("build_too_old", Assert.Throws<UnavailableException>(() => EntryText.Read(later)).Code);
        Assert.Equal("build_too_old", Assert.Throws<UnavailableException>(() => SpendEntry.Read(LaterBuild.OfNextVersion(Released))).Code);
        Assert.Equal("build_too_old", Assert.Throws<UnavailableException>(() => new DelegationForest().Apply(LaterBuild.OfNextVersion(Revoked))).Code);
    }

    [Fact]
    public void Read_UnknownWordOfAWholeEntry_IsTooNew()
    {
        var later = LaterBuild.Writes(Released, "\"cause\":\"requested\"", "\"cause\":\"bored\"");

        Assert.Equal("build_too_old", Assert.Throws<UnavailableException>(() => EntryText.Read(later)).Code);
    }

    [Fact]
    public void Read_UnknownKindForAReport_IsTooNew()
    {
        Assert.Equal("build_too_old", Assert.Throws<UnavailableException>(() => SpendEntry.Read(LaterBuild.OfUnknownKind(Frozen))).Code);
        Assert.Equal("build_too_old", Assert.Throws<UnavailableException>(() => new DelegationForest().Apply(LaterBuild.OfUnknownKind(Revoked))).Code);
    }

    [Fact]
    public void Read_SameThingsWithAnotherHash_AreDamage()
    {
        foreach (var later in (LedgerEntry[])[LaterBuild.OfUnknownKind(Frozen), LaterBuild.OfNextVersion(Frozen), LaterBuild.Writes(Released, "\"cause\":\"requested\"", "\"cause\":\"bored\"")])
            Assert.Throws<InvalidDataException>(() => EntryText.Read(later with { Hash = Frozen.Hash }));
        Assert.Throws<InvalidDataException>(() => new DelegationForest().Apply(LaterBuild.OfNextVersion(Revoked) with { Hash = Frozen.Hash }));
    }

    [Fact]
    public void Read_KindThatItsOwnTextDoesNotName_IsDamage()
    {
        var renamed = Frozen with { Kind = "budget.teleported" };

        Assert.Equal(
            "b/acme/usd #1: stored as kind 'budget.teleported', and its text says another", Assert.Throws<InvalidDataException>(() => EntryText.Read(renamed)).Message);
        Assert.Throws<InvalidDataException>(() => SpendEntry.Read(renamed));
    }

    [Fact]
    public void NotYetWritten_IsKnownAndRefused()
    {
        Assert.Empty(LedgerKinds.NotYetWritten.Except(LedgerKinds.All));
        Assert.All(LedgerKinds.All, kind => Assert.Equal(!LedgerKinds.NotYetWritten.Contains(kind), LedgerKinds.IsWritten(kind)));
    }
}
