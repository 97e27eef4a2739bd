using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>Disks that are full, clocks that are wrong, actors that are new, silos that come and go, and somebody who reads for long, under load with revocations.</summary>
[Collection(FaultRuns.Name)]
public sealed class LaterScenarioTests(LaterRun run, ITestOutputHelper output) : IClassFixture<LaterRun>
{
    [Fact]
    public void Disk_FullForAWhile_RefusesExplicitlyAndRecovers() => Check('g');

    [Fact]
    public void Clock_AnHourOff_IsNotReadyAndDoesNoHarm() => Check('h');

    [Fact]
    public void FirstActivations_FromAllSilosAtOnce_DecideOnce() => Check('i');

    [Fact]
    public void RollingRestart_OfAllSilos_FailsNoCallThatIsSentAgain() => Check('j');

    [Fact]
    public void Join_ThenLeave_SharesTheWorkAndLosesNothing() => Check('k');

    [Fact]
    public void LongReader_BesidesTheLoad_BreaksNoPromise() => Check('m');

    [Fact]
    public void Audit_OfAllOfThem_HasSeenWhatItJudges()
    {
        var audit = run.Audit;
        Assert.NotNull(audit);
        output.WriteLine(audit.ToString());
        Assert.True(audit.IsClean, audit.ToString());
        Assert.NotEqual(0, audit.Count("  compared with limits"));
        Assert.NotEqual(0, audit.Count("  revocations"));
        Assert.NotEqual(0, audit.Count("allowances checked for authority"));
    }

    private void Check(char letter)
    {
        var result = run.Of(letter);
        output.WriteLine(ScenarioReport.Table([result]));
        Assert.True(result.IsGood, ScenarioReport.Table([result]));
        Assert.NotEqual(0, result.Acknowledged);
    }
}
