using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>(a): kill -9 of a silo under load over three silos.</summary>
public sealed class SiloKilledTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Kill_OfOneOfThreeSilos_UnderLoad_KeepsEveryPromise()
    {
        var result = await ScenarioRunner.RunAsync(SiloKilled.Scenario, cancellationToken: TestContext.Current.CancellationToken);

        output.WriteLine(ScenarioReport.Table([result]));
        output.WriteLine(result.Audit?.ToString() ?? "");
        Assert.True(result.IsGood, ScenarioReport.Table([result]));
        Assert.Single(result.Recoveries);
        Assert.NotEqual(0, result.Audit!.Count("allowances checked for authority"));
    }
}
