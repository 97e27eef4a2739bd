namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>A check that can't fail proves nothing: each of these worlds is broken in one way, and must be found out.</summary>
public sealed class CheckerTests
{
    private const int SeedsMax = 200;

    [Fact]
    public void Simulation_StoreThatForgets_IsFoundToLose() =>
        AssertFound("lost", settings => settings with { Store = (store, disk) => new ForgetfulStore(store, disk) });

    [Fact]
    public void Simulation_WatchThatLearnsNothing_IsFoundToAllowAfterSuspend() =>
        AssertFound("allowed after suspend", settings => settings with { Nodes = 2, Reader = reader => new BlindReader(reader) });

    private static void AssertFound(string fault, Func<SimulationSettings, SimulationSettings> mutate)
    {
        var found = new List<string>();
        SimulationTests.OnThread(() =>
        {
            for (var seed = 1; seed <= SeedsMax && !found.Exists(message => message.Contains(fault, StringComparison.Ordinal)); seed++)
            {
                try
                {
                    new SimulationRun(seed, mutate).Run();
                }
                catch (SimulationFailedException failure)
                {
                    found.Add(failure.Message);
                }
            }
        });

        Assert.Contains(found, message => message.Contains(fault, StringComparison.Ordinal));
    }
}
