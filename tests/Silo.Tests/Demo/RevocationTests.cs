using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Replays;
using Microsoft.Extensions.Time.Testing;

namespace GenOps.ControlPlane.Silo.Tests.Demo;

public sealed class RevocationTests
{
    private static readonly DelegationId Team = DelegationId.Parse("team");
    private static readonly AgentId Planner = AgentId.Parse("planner");
    private static readonly AgentId Bot = AgentId.Parse("bot");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task RevokeAsync_BeforeAndAfterItsAcknowledgement_CoversOnlyWhatBeginsAfter()
    {
        var answer = new TaskCompletionSource<AuthorityChange>();
        var revocation = Of(_ => answer.Task);
        Assert.False(revocation.Covers(Bot));

        var revoking = revocation.RevokeAsync(CancellationToken.None);
        Assert.False(revocation.Covers(Bot));
        Assert.False(revocation.Acknowledged.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(12.5));
        answer.SetResult(new AuthorityChange(new Epoch(7), 3.25));
        await revoking;
        Assert.Equal(_time.GetTimestamp(), await revocation.Acknowledged);
        Assert.True(revocation.Covers(Bot));
        Assert.True(revocation.Covers(Planner));
        Assert.False(revocation.Covers(AgentId.Parse("other")));

        revocation.Count(allowed: false);
        revocation.Count(allowed: true);
        revocation.Count(allowed: false);
        var report = revocation.Report();
        Assert.Equal((Team, 4, 3, 1, 3.25), (report.Delegation, report.Descendants, report.AttemptedAfterAcknowledged, report.AllowedAfterAcknowledged, report.ElapsedMs));
        Assert.Equal(2, report.CutOff!.OpenReservations);
    }

    [Fact]
    public async Task RevokeAsync_Refused_IsNeverAcknowledged()
    {
        var revocation = Of(_ => Task.FromException<AuthorityChange>(new InvalidOperationException("no")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => revocation.RevokeAsync(CancellationToken.None));
        Assert.False(revocation.Covers(Bot));
        Assert.False(revocation.Acknowledged.IsCompleted);
        Assert.Throws<InvalidOperationException>(revocation.Report);
    }

    [Fact]
    public async Task RevokeAsync_Always_AsksWhatIsCutOffFirst()
    {
        var asked = new List<string>();
        var revocation = new Revocation(
            Team, [Bot],
            (delegation, _) =>
            {
                asked.Add($"preview {delegation}");
                return Task.FromResult(CutOff());
            },
            (delegation, _) =>
            {
                asked.Add($"revoke {delegation}");
                return Task.FromResult(new AuthorityChange(default, 1));
            },
            _time);
        await revocation.RevokeAsync(CancellationToken.None);
        Assert.Equal(["preview team", "revoke team"], asked);
    }

    private Revocation Of(Func<DelegationId, Task<AuthorityChange>> revoke) => new(
        Team, [Planner, Bot], (_, _) => Task.FromResult(CutOff()), (delegation, _) => revoke(delegation), _time);

    private static CutOff CutOff() => new(4, 2, [Bot, Planner], 2, [new Amount(Quantity.Parse("0.5"), Unit.Usd)]);
}
