using System.Globalization;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Workloads;
using Orleans.Runtime;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>
/// Somebody outside who asks at random, sends the same again after any error, and writes every answer down.
/// </summary>
internal sealed class SimulatedClient(SimulatedCluster cluster, SimulationJournal journal, int seed, TimeSpan skew)
{
    private static readonly string[] Agents = [OneTree, TwoTrees, SharedTree, Unbound];

    private readonly Random _random = new(seed);
    private readonly List<(string Agent, WorkloadRequest Request, bool Allowed)> _asked = [];

    /// <summary>Governed work, from the question to the end or to silence.</summary>
    public async Task WorkAsync(int jobs)
    {
        for (var job = 0; job < jobs; job++)
        {
            var dice = _random.Next(20);
            if (dice == 0)
                await UseAsync();
            else if (dice < 4 && _asked.Count > 0)
                await AskAgainAsync();
            else
                await GovernAsync();
            await PauseAsync(200);
        }
    }

    /// <summary>The operator's day: stops agents and the tenant, lets them go on, and changes budgets and bindings.</summary>
    public async Task OperateAsync(int jobs)
    {
        for (var job = 0; job < jobs; job++)
        {
            await PauseAsync(600);
            var agent = Agents[_random.Next(Agents.Length)];
            switch (_random.Next(10))
            {
                case 0:
                    await SuspendAsync(TenantKey, () => cluster.Get<ITenantGrain>(TenantKey).SuspendAsync("incident", Maria));
                    await PauseAsync(300);
                    await TryAsync(() => cluster.Get<ITenantGrain>(TenantKey).ResumeAsync("over", Maria));
                    break;

                case < 7:
                    await SuspendAsync(AgentKey(agent), () => cluster.Get<IAgentGrain>(AgentKey(agent)).SuspendAsync("it loops", Maria));
                    await PauseAsync(300);
                    if (_random.Next(4) > 0)
                        await TryAsync(() => cluster.Get<IAgentGrain>(AgentKey(agent)).ResumeAsync("mended", Maria));
                    break;

                case 7:
                    await TryAsync(() => cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Usd(_random.Next(5, 40).ToString(CultureInfo.InvariantCulture)), Maria));
                    break;

                case 8:
                    await TryAsync(() => cluster.Get<IAgentGrain>(AgentKey(TwoTrees)).PutAsync(
                        _random.Next(3) switch { 0 => Bound("a-usd:team/agent"), 1 => Bound("b-usd", "c-usd"), _ => Bound("a-usd:team/agent", "b-usd") }, Maria));
                    break;

                default:
                    await TryAsync(() => cluster.Get<IAgentGrain>(AgentKey(agent)).ResumeAsync("all clear", Maria));
                    break;
            }
        }
    }

    /// <summary>Ends everything that has expired, as every silo's list does.</summary>
    public async Task ExpireAsync()
    {
        foreach (var key in cluster.Disk.Entries.Select(entry => entry.Stream.Value).Where(key => key.StartsWith("b/", StringComparison.Ordinal)).Distinct().ToList())
            await TryAsync(() => cluster.Get<IBudgetGrain>(key).SettleDueAsync());
    }

    /// <summary>Asks until there is an answer, or no more.</summary>
    public async Task<Decision?> AskAsync(string agent, WorkloadRequest request, int attemptsMax = 8)
    {
        try
        {
            return await TryAsync(
                async () =>
                {
                    var startedAt = journal.Now;
                    var decision = await cluster.Get<IAgentGrain>(AgentKey(agent)).AuthorizeAsync(request);
                    journal.Decided(AgentKey(agent), decision, startedAt);
                    return decision;
                },
                attemptsMax);
        }
        catch (ConflictException conflict) when (conflict.Code == "authority_revoked")
        {
            return null;
        }
    }

    private static bool IsWorthRepeating(Exception error) => error is UnavailableException or TimeoutException or SiloUnavailableException;

    private async Task GovernAsync()
    {
        var agent = Agents[_random.Next(Agents.Length)];
        var amount = (_random.Next(1, 12) * 0.25m).ToString(CultureInfo.InvariantCulture);
        var id = Id(cluster.World.Clock.GetUtcNow() + skew, _random);
        var request = Request(agent, id, agent == Unbound ? null : amount, _random.Next(2, 200));
        if (_random.Next(25) == 0)
            await ReleaseAsync(agent, id);

        var asking = AskAsync(agent, request, _random.Next(1, 8));
        var decision = _random.Next(5) == 0 ? (await Task.WhenAll(asking, AskAsync(agent, request, 2)))[0] : await asking;
        _asked.Add((agent, request, decision?.Result.Admits() == true));
        if (decision is null)
        {
            // Who gives up on an id says so, mostly.
            if (_random.Next(3) > 0)
                await ReleaseAsync(agent, id);
            return;
        }

        if (!decision.Result.Admits())
            return;

        await PauseAsync(400);
        if (_random.Next(5) == 0)
            await ExtendAsync(agent, id);
        switch (_random.Next(10))
        {
            case < 6:
                await ReconcileAsync(agent, id);
                break;
            case 6:
                await ReconcileAsync(agent, id, known: false);
                if (_random.Next(2) == 0)
                    await ReconcileAsync(agent, id);
                break;
            case 7:
                await ReleaseAsync(agent, id);
                if (_random.Next(3) == 0)
                    await ReconcileAsync(agent, id);
                break;
            case 8:
                await Task.WhenAll(ReconcileAsync(agent, id), ReleaseAsync(agent, id));
                break;
        }
    }

    /// <summary>An old id comes again, or is settled late.</summary>
    private async Task AskAgainAsync()
    {
        var (agent, request, allowed) = _asked[_random.Next(_asked.Count)];
        switch (_random.Next(allowed ? 4 : 1))
        {
            case 1:
                await ReconcileAsync(agent, request.Id!.Value);
                break;
            case 2:
                await ExtendAsync(agent, request.Id!.Value);
                break;
            default:
                await AskAsync(agent, request);
                break;
        }
    }

    private async Task ReconcileAsync(string agent, WorkloadId id, bool known = true)
    {
        // One id always has the same figures, as the action itself had.
        var actual = ((id.Value.GetHashCode() & 7) * 0.5m).ToString(CultureInfo.InvariantCulture);
        var report = known && agent != Unbound ? Actual(actual) : new Reconciliation(Outcome: Outcome.Unknown);
        await TryAsync(async () =>
        {
            var result = await cluster.Get<IAgentGrain>(AgentKey(agent)).ReconcileAsync(id, report);
            journal.Reconciled(result);
            return result;
        });
    }

    private async Task ReleaseAsync(string agent, WorkloadId id)
    {
        try
        {
            await TryAsync(async () =>
            {
                var result = await cluster.Get<IAgentGrain>(AgentKey(agent)).ReleaseAsync(id, "never ran");
                journal.Released(result);
                return result;
            });
        }
        catch (ConflictException conflict) when (conflict.Code == "already_resolved")
        {
            // It was reconciled meanwhile: what is spent is not given back.
        }
    }

    private async Task ExtendAsync(string agent, WorkloadId id)
    {
        try
        {
            await TryAsync(async () =>
            {
                var startedAt = journal.Now;
                var result = await cluster.Get<IAgentGrain>(AgentKey(agent)).ExtendAsync(id, _random.Next(1, 300));
                journal.Extended(AgentKey(agent), id, startedAt);
                return result;
            });
        }
        catch (ConflictException conflict) when (conflict.Code is "already_resolved" or "authority_revoked")
        {
            // It ended, or may not go on.
        }
    }

    private async Task UseAsync()
    {
        var agent = Agents[_random.Next(Agents.Length)];
        var report = Usage(agent, Id(cluster.World.Clock.GetUtcNow() + skew, _random), (_random.Next(1, 8) * 0.125m).ToString(CultureInfo.InvariantCulture));
        await TryAsync(async () =>
        {
            var result = await cluster.Get<IAgentGrain>(AgentKey(agent)).RecordUsageAsync(report);
            journal.Used(result);
            return result;
        });
    }

    private async Task SuspendAsync(string stream, Func<Task<Authority.AuthorityChange>> suspend)
    {
        var startedAt = journal.Now;
        if (await TryAsync(suspend) is not null)
            journal.Suspend(stream, startedAt);
    }

    private async Task<T?> TryAsync<T>(Func<Task<T>> call, int attemptsMax = 8)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (IsWorthRepeating(error))
            {
                if (attempt >= attemptsMax)
                    return default;
            }

            await PauseAsync(300);
        }
    }

    private Task PauseAsync(int msMax) => Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, msMax)), cluster.World.Clock);
}
