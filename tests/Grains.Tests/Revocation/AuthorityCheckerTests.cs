using System.Collections.Immutable;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tests.Simulation;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>A check that can't fail proves nothing: each of these worlds is broken in one way, and must be found out.</summary>
public sealed class AuthorityCheckerTests(ITestOutputHelper output)
{
    private const int SeedsMax = 40;

    [Fact]
    public void Check_EpochNotCompared_IsFoundToAllowAfterARevocation() =>
        AssertFound("authorize allowed after its end", settings => settings with
        {
            Actor = (actor, _) => BrokenActor<IBudgetGrain>.Around(actor, (budget, _, arguments) =>
                arguments.ElementAtOrDefault(0) is ReserveCommand command ? AtTheEpochOfTheCheckAsync(budget, command) : null),
        });

    [Fact]
    public void Check_AgentsAboveReadOnce_IsFoundToAllowAfterARevocation() =>
        AssertFound("authorize allowed after its end", settings => settings with { DirectoryReader = reader => new ForgetfulReader(reader) });

    [Fact]
    public void Check_WatchThatLearnsNothing_IsFoundToAllowAfterARevocation() =>
        AssertFound("authorize allowed after its end", settings => settings with { Reader = reader => new BlindReader(reader) });

    [Fact]
    public void Check_ReplaysGivenAsTheyWere_IsFoundToAllowAfterARevocation()
    {
        var recorded = new Dictionary<WorkloadId, Decision>();
        AssertFound("authorize allowed after its end", settings => settings with
        {
            Actor = (actor, _) => BrokenActor<IAgentGrain>.Around(actor, (agent, _, arguments) =>
                arguments is [WorkloadRequest { Id: { } id } request, false] ? RecordedAsync(agent, id, request) : null),
        });

        async Task<Decision> RecordedAsync(IAgentGrain agent, WorkloadId id, WorkloadRequest request)
        {
            if (recorded.TryGetValue(id, out var known))
                return known;

            var decision = await agent.AuthorizeAsync(request);
            if (decision.Result.Admits())
                recorded[id] = decision;
            return decision;
        }
    }

    [Fact]
    public void Check_ListThatIsAlwaysEmpty_IsFoundToLeaveRevokedWorkOut() =>
        AssertFound("not listed", settings => settings with
        {
            Actor = (actor, _) => BrokenActor<IAgentGrain>.Around(actor, (_, method, _) =>
                method.Name == nameof(IAgentGrain.ListRevokedAsync) ? Task.FromResult(ImmutableArray<WorkloadId>.Empty) : null),
        });

    [Fact]
    public void Check_SuspensionThatIsOnlySaid_IsFoundToAllowAfterIt() =>
        AssertFound("is suspended", settings => settings with
        {
            Actor = (actor, _) => BrokenActor<IAgentGrain>.Around(actor, (_, method, _) =>
                method.Name == nameof(IAgentGrain.SuspendAsync) ? Task.FromResult(new AuthorityChange(new Epoch(1), 0)) : null),
        });

    private static async Task<ReserveReply> AtTheEpochOfTheCheckAsync(IBudgetGrain budget, ReserveCommand command) =>
        await budget.ReserveAsync(command) with { Epoch = command.CheckedAt };

    private void AssertFound(string fault, Func<SimulationSettings, SimulationSettings> mutate)
    {
        var found = new List<string>();
        var seed = 0;
        SimulationTests.OnThread(() =>
        {
            while (seed++ < SeedsMax && !found.Exists(message => message.Contains(fault, StringComparison.Ordinal)))
            {
                try
                {
                    new RevocationRun(seed, mutate).Run();
                }
                catch (SimulationFailedException failure)
                {
                    found.Add(failure.Message);
                }
            }
        });

        output.WriteLine($"seed {seed - 1}: {found.LastOrDefault()}");
        Assert.Contains(found, message => message.Contains(fault, StringComparison.Ordinal));
    }
}
