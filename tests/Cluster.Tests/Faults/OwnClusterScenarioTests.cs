using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>Scenarios that need a cluster, a disk or a load of their own.</summary>
[Collection(FaultRuns.Name)]
public sealed class OwnClusterScenarioTests(ITestOutputHelper output)
{
    [Fact]
    public Task Disk_FullForAWhile_RefusesExplicitlyAndRecovers() => CheckAsync("g");

    [Fact]
    public Task Flood_ByOneTenant_HasNoRefusalThatIsNotExplicit_AndTheOtherIsServed() => CheckAsync("l");

    private async Task CheckAsync(string letter)
    {
        ScenarioResult result;
        try
        {
            result = await ScenarioRunner.RunAsync(FaultList.Find(letter)![0], cancellationToken: TestContext.Current.CancellationToken);
        }
        catch (MissingToolException error)
        {
            Assert.Skip(error.Message);
            throw;
        }

        output.WriteLine(ScenarioReport.Table([result]));
        output.WriteLine(result.Audit?.ToString() ?? "");
        Assert.True(result.IsGood, ScenarioReport.Table([result]));
        Assert.NotEqual(0, result.Acknowledged);
    }
}
