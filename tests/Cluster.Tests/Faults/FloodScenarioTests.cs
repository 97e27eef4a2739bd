using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>One tenant too many: its load is the scenario's own, and so is the cluster.</summary>
[Collection(FaultRuns.Name)]
public sealed class FloodScenarioTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Flood_ByOneTenant_HasNoRefusalThatIsNotExplicit_AndTheOtherIsServed()
    {
        var result = await ScenarioRunner.RunAsync(TenantFlooded.Scenario, cancellationToken: TestContext.Current.CancellationToken);

        output.WriteLine(ScenarioReport.Table([result]));
        output.WriteLine(result.Audit?.ToString() ?? "");
        Assert.True(result.IsGood, ScenarioReport.Table([result]));
        Assert.NotEqual(0, result.Acknowledged);
    }
}
