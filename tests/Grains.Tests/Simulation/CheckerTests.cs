using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

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

    [Fact]
    public void Simulation_BudgetThatForgetsWhatIsUnresolved_IsFoundToLose() =>
        AssertFound("lost", settings => settings with
        {
            Trees = new() { UnresolvedInMemoryMax = 1 },
            Actor = (actor, disk) => BrokenActor<IBudgetGrain>.Around(actor, (budget, method, arguments) =>
                arguments.ElementAtOrDefault(0) is SettleCommand { Charge.Amount: { } actual } command
                && disk.Entries.LastOrDefault(entry => entry.Workload == command.Id && entry.Stream.Value[0] == 'b') is { Kind: "workload.unresolved" } last
                    ? Task.FromResult(new Settlement(BudgetRoot.Parse(last.Stream.Name), default, Unit.Usd, Quantity.Zero, actual, actual, WorkloadState.Reconciled))
                    : null),
        });

    [Fact]
    public void Simulation_AdjustmentThatIgnoresItsId_IsFoundToBeMadeTwice()
    {
        var number = 0;
        AssertFound("is made twice", settings => settings with
        {
            Actor = (actor, _) => BrokenActor<IBudgetGrain>.Around(actor, (budget, method, arguments) =>
                arguments.ElementAtOrDefault(0) is AdjustCommand command
                    ? budget.AdjustAsync(command with { Id = $"{command.Id}-{++number}" }, SimulatedCompany.Maria)
                    : null),
        });
    }

    [Fact]
    public void Simulation_FreezeThatIsOnlySaid_IsFoundToBeLost() =>
        AssertFound("lost: that", settings => settings with
        {
            Actor = (actor, _) => BrokenActor<IBudgetGrain>.Around(actor, (budget, method, _) =>
                method.Name == nameof(IBudgetGrain.FreezeAsync) ? budget.GetAsync(ScopePath.Root, null, 1) : null),
        });

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
