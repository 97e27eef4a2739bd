using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>Three silos that are killed, frozen, and cut off from PostgreSQL, and a PostgreSQL that ends, under load with revocations.</summary>
[Collection(FaultRuns.Name)]
public sealed class SharedScenarioTests(SharedRun run, ITestOutputHelper output) : IClassFixture<SharedRun>
{
    [Fact]
    public void Kill_OfASilo_KeepsEveryPromise_AndRecoversWithin4Seconds() => Check('a', recoveries: 1);

    [Fact]
    public void Freeze_OfASiloPastItsEviction_ItEndsItselfWhenItGoesOn_AndOthersRecoverWithin15Seconds() => Check('b', recoveries: 1);

    [Fact]
    public void Stop_OfPostgres_AndKilledCommits_KeepEveryPromise_AndNoSiloEnds() => Check('c', recoveries: 1);

    [Fact]
    public void CutOff_OfOneSiloFromPostgres_ItRecoversOrEndsItself() => Check('d', recoveries: 2);

    [Fact]
    public void LostReplies_AfterTheAppend_LeaveOneDecisionForEachId() => Check('e', recoveries: 2);

    [Fact]
    public void Kill_OfAllSilosAtOnce_KeepsEverythingAcknowledged() => Check('f', recoveries: 2);

    [Fact]
    public void Audit_OfAllOfThem_HasSeenWhatItJudges()
    {
        var audit = run.Results[0].Audit;
        Assert.NotNull(audit);
        output.WriteLine(audit.ToString());
        Assert.True(audit.IsClean, audit.ToString());
        Assert.NotEqual(0, audit.Count("  compared with limits"));
        Assert.NotEqual(0, audit.Count("  revocations"));
        Assert.NotEqual(0, audit.Count("  suspensions"));
        Assert.NotEqual(0, audit.Count("refusals by budgets"));
        Assert.NotEqual(0, audit.Count("allowances checked for authority"));
    }

    private void Check(char letter, int recoveries)
    {
        var result = run.Of(letter);
        output.WriteLine(ScenarioReport.Table([result]));
        Assert.True(result.IsGood, ScenarioReport.Table([result]));
        Assert.Equal(recoveries, result.Recoveries.Count);
        Assert.NotEqual(0, result.Acknowledged);
    }
}
