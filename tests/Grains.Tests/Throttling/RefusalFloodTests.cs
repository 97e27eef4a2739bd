using System.Text;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Throttling;

public sealed class RefusalFloodTests
{
    private const string Rate = ReasonCodes.RateLimited;

    private readonly RefusalFlood _flood = new(Throttles.Options);
    private int _next;

    [Fact]
    public void Admit_TheFirstTenInAnyTenSeconds_AreRecorded()
    {
        for (var i = 0; i < 10; i++)
            Assert.True(Refuse(i * 0.5));

        Assert.False(Refuse(4.6));
        Assert.False(_flood.Admit(Throttles.Id(1), Rate, "a/acme/bot", Throttles.At(10).AddTicks(-1)));
        Assert.True(Refuse(10));
        Assert.False(Refuse(10.4));
        Assert.True(Refuse(10.5));
    }

    [Fact]
    public void Take_AfterTenSecondsOfCounting_TellsHowManyAndOfWhat()
    {
        Flood(10, 0);
        Flood(3, 1);
        Flood(2, 2, ReasonCodes.ConcurrencyLimit, "delegation d-1");
        Flood(1, 4);

        Assert.Equal(Throttles.At(11), _flood.DueAt);
        Assert.Empty(_flood.Take(Throttles.At(11).AddTicks(-1)));
        Assert.Equal(
            [new WorkloadsRateLimited(4, Rate, "a/acme/bot", Throttles.At(1), Throttles.At(4), Throttles.Id(16).ToString())],
            _flood.Take(Throttles.At(11)));
        Assert.Empty(_flood.Take(Throttles.At(11)));
        Assert.Equal(
            [new WorkloadsRateLimited(2, ReasonCodes.ConcurrencyLimit, "delegation d-1", Throttles.At(2), Throttles.At(2), Throttles.Id(15).ToString())],
            _flood.Take(Throttles.At(12)));
        Assert.Null(_flood.DueAt);
        Assert.True(_flood.IsIdle(Throttles.At(12)));
    }

    [Fact]
    public void Take_All_TellsAlsoWhatIsNotDue()
    {
        Flood(12, 0);

        Assert.False(_flood.IsIdle(Throttles.At(100)));
        Assert.Equal(2, Assert.Single(_flood.Take(Throttles.At(0), all: true)).Count);
        Assert.Null(_flood.DueAt);
    }

    [Fact]
    public void Admit_AnyFlood_LosesNoneAndRemembersFew()
    {
        Flood(10, 0);
        for (var i = 0; i < 10_000; i++)
            Assert.False(_flood.Admit(Throttles.Id(i), i % 2 == 0 ? Rate : ReasonCodes.ConcurrencyLimit, $"delegation d-{i}", Throttles.At(1)));

        var summaries = _flood.Take(Throttles.At(11));
        Assert.Equal(10_000, summaries.Sum(summary => summary.Count));
        Assert.Equal(RefusalFlood.CountsMax, summaries.Count);
        Assert.Equal(2, summaries.Count(summary => summary.DeterminedBy == "several"));
    }

    [Fact]
    public void Summary_InTheLedger_IsThisTextAndIsAboutNoWorkload()
    {
        var summary = new WorkloadsRateLimited(4, Rate, "delegation d-1", Throttles.At(1), Throttles.At(4), Throttles.Id(13).ToString());

        var entry = EntryText.Compose(Throttles.Agent, LedgerHead.Empty, summary, Throttles.At(11));

        Assert.Equal(
            """{"v":1,"stream":"a/acme/support-bot","seq":1,"kind":"workload.rate_limited_summary","at":"2026-11-23T08:00:11.000000Z","data":{"count":4,"code":"RATE_LIMITED","determinedBy":"delegation d-1","from":"2026-11-23T08:00:01.000000Z","to":"2026-11-23T08:00:04.000000Z","lastWorkload":"0000000d-0000-7000-8000-000000000000"}}""",
            Encoding.UTF8.GetString(entry.Text.Span));
        Assert.Null(entry.Workload);
        Assert.Equal(summary, EntryText.Read(entry));
    }

    [Fact]
    public void Summary_AppliedToAnAgent_ChangesNothing()
    {
        var record = new AgentRecord(AgentId.Parse("support-bot"));
        record.Apply(new AgentDefined(new AgentDefinition(), Principal.Parse("user:maria")), Throttles.T0);
        var before = record.Save();
        record.Apply(new WorkloadsRateLimited(4, Rate, "delegation d-1", Throttles.At(1), Throttles.At(4), ""), Throttles.At(11));

        Assert.Equal(before, record.Save());
    }

    private bool Refuse(double seconds) => _flood.Admit(Throttles.Id(++_next), Rate, "a/acme/bot", Throttles.At(seconds));

    private void Flood(int count, double seconds, string code = Rate, string determinedBy = "a/acme/bot")
    {
        for (var i = 0; i < count; i++)
            _flood.Admit(Throttles.Id(++_next), code, determinedBy, Throttles.At(seconds));
    }
}
