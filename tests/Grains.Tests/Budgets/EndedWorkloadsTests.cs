using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

public sealed class EndedWorkloadsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly EndedWorkloads _ended = new(100);
    private DateTimeOffset _now = Start;

    public EndedWorkloadsTests() => _ended.Reset(Start);

    [Fact]
    public void MayKnow_MoreThanTheMost_ForgetsTheOldestAndNoOther()
    {
        var ids = AddNow(101);

        Assert.Equal(ids[0].MadeAt.AddMilliseconds(1), _ended.Horizon);
        Assert.All(ids, id => Assert.True(_ended.MayKnow(id)));
        Assert.False(_ended.MayKnow(WorkloadId.New(ids[1].MadeAt)));
    }

    [Fact]
    public void MayKnow_OneClientsClockIsAhead_NewIdsAreNotLookedUp()
    {
        var ahead = WorkloadId.New(Start.AddMinutes(4));
        _ended.Add(ahead, _now);
        AddNow(1_000);

        Assert.True(_ended.MayKnow(ahead));
        Assert.False(_ended.MayKnow(WorkloadId.New(_now)));
        Assert.False(_ended.MayKnow(WorkloadId.New(Start.AddMinutes(4))));
    }

    [Fact]
    public void MayKnow_TheClockHasPassedTheIdsThatWereAhead_TheyAreForgottenInTheirTurn()
    {
        var ahead = WorkloadId.New(Start.AddMinutes(4));
        _ended.Add(ahead, _now);
        _now = Start.AddMinutes(5);
        AddNow(100);
        Assert.True(_ended.MayKnow(ahead));
        Assert.Equal(ahead.MadeAt.AddMilliseconds(1), _ended.Horizon);

        AddNow(1);

        Assert.Equal(Start.AddMinutes(5).AddMilliseconds(1), _ended.Horizon);
        Assert.False(_ended.MayKnow(WorkloadId.New(_now)));
    }

    [Fact]
    public void MayKnow_MoreAreAheadThanTheMost_ForgottenOnesAreStillLookedUp()
    {
        var ahead = Enumerable.Range(0, 300).Select(index => WorkloadId.New(Start.AddMinutes(1).AddMilliseconds(index))).ToList();
        foreach (var id in ahead)
            _ended.Add(id, _now);

        Assert.Equal(ahead[99].MadeAt.AddMilliseconds(1), _ended.Horizon);
        Assert.All(ahead, id => Assert.True(_ended.MayKnow(id)));
    }

    [Fact]
    public void Reset_ForgetsThoseAheadToo()
    {
        var ahead = WorkloadId.New(Start.AddMinutes(4));
        _ended.Add(ahead, _now);

        _ended.Reset(Start);
        _now = Start.AddMinutes(5);
        AddNow(1);

        Assert.False(_ended.MayKnow(ahead));
    }

    /// <summary>One a millisecond.</summary>
    private List<WorkloadId> AddNow(int count)
    {
        var ids = new List<WorkloadId>();
        for (var index = 0; index < count; index++)
        {
            ids.Add(WorkloadId.New(_now));
            _ended.Add(ids[^1], _now);
            _now += TimeSpan.FromMilliseconds(1);
        }

        return ids;
    }
}
