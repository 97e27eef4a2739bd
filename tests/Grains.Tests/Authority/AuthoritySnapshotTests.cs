using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthoritySnapshotTests
{
    private static readonly Guid Ledger = new("0199a5f0-7c3b-7d21-9d3e-000000000001");
    private static readonly Guid OtherLedger = new("0199a5f0-7c3b-7d21-9d3e-000000000002");
    private static readonly StreamId A = new("a/acme/a");
    private static readonly StreamId B = new("a/acme/b");
    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId Globex = TenantId.Parse("globex");

    [Fact]
    public void First_WhatWasReadBefore_IsNotCurrent()
    {
        var unknown = AuthoritySnapshot.Unknown();
        Assert.True(unknown.IsCurrent(A, default));
        var first = unknown.With(Changes(7), 1_000);

        Assert.Equal((true, 1, new Epoch(7), new Epoch(7)), (first.IsKnown, first.Era, first.Epoch, first.LastChange(A)));
        Assert.False(first.IsCurrent(A, default));
        Assert.False(first.IsCurrent(A, unknown.Label));
        Assert.True(first.IsCurrent(A, first.Label));
    }

    [Fact]
    public void With_NoChange_IsTheSameObject()
    {
        var first = Known(7);
        Assert.Same(first, first.With(Changes(7), 1_000));
    }

    [Fact]
    public void With_ChangeOfAStream_EndsItsLabelsAndNoOthers()
    {
        var first = Known(7);
        var next = first.With(Changes(9, (A, 8), (A, 9)), 1_000);

        Assert.Equal((new Epoch(9), new Epoch(7)), (next.LastChange(A), next.LastChange(B)));
        Assert.False(next.IsCurrent(A, first.Label));
        Assert.False(next.IsCurrent(A, first.Label with { Epoch = new Epoch(8) }));
        Assert.True(next.IsCurrent(A, next.Label));
        Assert.True(next.IsCurrent(B, first.Label));
        Assert.Equal(new Epoch(7), first.LastChange(A));
    }

    [Fact]
    public void With_MoreStreamsThanAreRemembered_WhatIsForgottenCountsAsChanged()
    {
        var snapshot = Known(0);
        for (var epoch = 1; epoch <= 10_000; epoch++)
        {
            snapshot = snapshot.With(Changes(epoch, (new StreamId($"a/acme/{epoch}"), epoch)), 1_000);
            Assert.InRange(snapshot.StreamCount, Math.Min(epoch, 500), 1_000);
        }

        // Remembered are the last 500 to 1,000; of the others it is said that they changed no later than the first of these.
        Assert.Equal(500, snapshot.StreamCount);
        Assert.Equal(new Epoch(9_501), snapshot.LastChange(new StreamId("a/acme/9501")));
        Assert.Equal(new Epoch(9_500), snapshot.LastChange(new StreamId("a/acme/1")));
        Assert.Equal(new Epoch(9_500), snapshot.LastChange(A));
        Assert.False(snapshot.IsCurrent(A, new AuthorityLabel(1, new Epoch(9_499))));
        Assert.True(snapshot.IsCurrent(A, new AuthorityLabel(1, new Epoch(9_500))));
    }

    [Fact]
    public void With_MoreChangesAtOnceThanAreRemembered_NoneIsMissed()
    {
        var changes = Enumerable.Range(1, 5_000).Select(epoch => (new StreamId($"a/acme/{epoch}"), epoch)).ToArray();
        var snapshot = Known(0).With(Changes(5_000, changes), 1_000);

        foreach (var (stream, epoch) in changes)
            Assert.True(snapshot.LastChange(stream) >= new Epoch(epoch), $"{stream}: {snapshot.LastChange(stream)}");
        Assert.InRange(snapshot.StreamCount, 500, 1_000);
    }

    [Fact]
    public void LastChangeIn_Tenant_IsItsOwnStreamsAndThoseOfAllTenants()
    {
        var own = Known(7).With(Changes(8, (A, 8)), 1_000);
        Assert.Equal((new Epoch(8), new Epoch(7)), (own.LastChangeIn(Acme), own.LastChangeIn(Globex)));

        var shared = own.With(Changes(9, (new StreamId("t/*"), 9)), 1_000);
        Assert.Equal((new Epoch(9), new Epoch(9)), (shared.LastChangeIn(Acme), shared.LastChangeIn(Globex)));
    }

    [Fact]
    public void With_AnotherLedger_BeginsAnEraInWhichNothingReadBeforeIsCurrent()
    {
        var before = Known(7);
        var after = before.With(new AuthorityChanges(OtherLedger, new Epoch(20), [(A, new Epoch(20))]), 1_000);

        Assert.Equal((2, OtherLedger, new Epoch(20)), (after.Era, after.Incarnation, after.Epoch));
        Assert.False(after.IsCurrent(A, before.Label));
        Assert.False(after.IsCurrent(B, before.Label with { Epoch = new Epoch(99) }));
        Assert.True(after.IsCurrent(B, after.Label));
        Assert.Equal(new Epoch(20), after.LastChange(B));
    }

    [Fact]
    public void With_OlderStateOfTheSameLedger_BeginsAnEra()
    {
        var before = Known(7);
        var after = before.With(Changes(5), 1_000);

        Assert.Equal((2, Ledger, new Epoch(5)), (after.Era, after.Incarnation, after.Epoch));
        Assert.False(after.IsCurrent(A, before.Label));
        Assert.True(after.IsCurrent(A, after.Label));
    }

    private static AuthoritySnapshot Known(long epoch) => AuthoritySnapshot.Unknown().With(Changes(epoch), 1_000);

    private static AuthorityChanges Changes(long epoch, params (StreamId Stream, int Epoch)[] streams) =>
        new(Ledger, new Epoch(epoch), [.. streams.Select(change => (change.Stream, new Epoch(change.Epoch)))]);
}
