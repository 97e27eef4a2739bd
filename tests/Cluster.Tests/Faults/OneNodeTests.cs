using GenOps.ControlPlane.Faults;

namespace GenOps.ControlPlane.Cluster.Tests.Faults;

/// <summary>The whole harness on the embedded storage: it works, and has nothing to complain about.</summary>
public sealed class OneNodeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Kill_OfTheOnlyNode_UnderLoad_KeepsEveryPromise()
    {
        var scenario = new Scenario('0', "kill -9 of the only node", "The node is killed and started again.", async (run, cancellationToken) =>
        {
            var node = run.AnySilo();
            await run.BreakAsync(
                async () =>
                {
                    await node.KillAsync();
                    node.Start();
                }, cancellationToken);
        });

        var result = await ScenarioRunner.RunAsync(
            scenario, new ScenarioPlan { Rounds = 2 }, new ClusterOptions { Storage = SiloStorage.Sqlite, Silos = 1 }, TestContext.Current.CancellationToken);

        output.WriteLine(ScenarioReport.Table([result]));
        output.WriteLine(result.Audit?.ToString() ?? "");
        Assert.True(result.IsGood, ScenarioReport.Table([result]));
        Assert.Equal(2, result.Recoveries.Count);
        Assert.NotEqual(0, result.Audit!.Count("  compared with limits"));
        Assert.NotEqual(0, result.Audit.Count("  revocations"));
        Assert.NotEqual(0, result.Audit.Count("refusals by budgets"));
    }

    [Fact]
    public async Task Scenario_ThatWaitsForWhatNeverComes_EndsAndSaysForWhat()
    {
        var scenario = new Scenario('0', "waits for ever", "Nothing is done, and nothing ends it.", (run, _) =>
        {
            run.WaitsFor("what never comes");
            return new TaskCompletionSource().Task;
        });

        var result = await ScenarioRunner.RunAsync(
            scenario, ScenarioPlan.Short with { CallsBefore = 1, RoundMax = TimeSpan.FromSeconds(5) }, new ClusterOptions { Storage = SiloStorage.Sqlite, Silos = 1 },
            TestContext.Current.CancellationToken);

        Assert.False(result.IsGood);
        Assert.StartsWith("not done within 5 s: (0), round 1, which waited for what never comes; ", result.Fault, StringComparison.Ordinal);
    }
}
