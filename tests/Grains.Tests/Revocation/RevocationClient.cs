using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Tenants;
using GenOps.ControlPlane.Tests.Simulation;
using GenOps.ControlPlane.Workloads;
using Orleans.Runtime;
using static GenOps.ControlPlane.Tests.Simulation.SimulatedCompany;

namespace GenOps.ControlPlane.Tests.Revocation;

/// <summary>
/// Somebody outside who passes authority on, takes it away, and works on it, at random: whoever was told that it is gone
/// tries at once whether it is. Every call and its answer is written down.
/// </summary>
internal sealed class RevocationClient(SimulatedCluster cluster, AuthorityHistory history, int seed)
{
    private static readonly ImmutableArray<string> Tools = ["mail", "pay", "read", "search"];

    private readonly Random _random = new(seed);
    private readonly List<RecordedAllowance> _open = [];
    private int _made;

    /// <summary>Registers <paramref name="agents"/> agents on five levels, each with keys and with what it was granted.</summary>
    public async Task FoundAsync(int agents)
    {
        await Tenant.PutAsync(new TenantDefinition("Acme"), Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("b-usd")).PutAsync(Usd("1000000"), Maria);
        await cluster.Get<IBudgetGrain>(BudgetKey("c-usd")).PutAsync(Usd("1000000"), Maria);
        for (var number = 0; number < agents; number++)
        {
            var agent = history.Add(new RecordedAgent($"g{number:00}", number * 5 / agents));
            await Agent(agent.Name).PutAsync(DefinitionOf(agent), Maria);
            await IssueAsync(agent);
            await GrantAsync(agent);
            await GrantAsync(agent);
        }
    }

    /// <summary>Work on whatever authority there is.</summary>
    public async Task WorkAsync(Func<bool> goesOn)
    {
        while (goesOn())
        {
            await TryOneAsync(Any(_random, [.. history.Agents]));
            await PauseAsync(60);
        }
    }

    /// <summary>Takes authority away, tries it, and gives some again.</summary>
    public async Task OperateAsync(int acts)
    {
        for (var act = 0; act < acts; act++)
        {
            var agent = Any(_random, [.. history.Agents]);
            switch (_random.Next(100))
            {
                case < 42:
                    await RevokeAsync();
                    break;
                case < 62:
                    await SuspendAsync(agent);
                    break;
                case < 66:
                    await SuspendTenantAsync();
                    break;
                case < 80:
                    await RevokeKeyAsync(agent);
                    break;
                case < 94:
                    await NarrowAsync();
                    break;
                default:
                    await CloseAsync(agent);
                    break;
            }

            await PauseAsync(100);
        }
    }

    /// <summary>Everything that was allowed is reported and taken, whatever has become of the authority; then every agent asks once more.</summary>
    public async Task EndAsync()
    {
        foreach (var allowance in history.Workloads.Where(_ => _random.Next(4) == 0).ToList())
            await ReconcileAsync(allowance);
        foreach (var agent in history.Agents)
        {
            await AskAsync(agent, Any(_random, [.. agent.Keys]), Ask(agent));
            await ListAsync(agent);
        }
    }

    private ITenantGrain Tenant => cluster.Get<ITenantGrain>(TenantKey);

    private IAgentGrain Agent(string name) => cluster.Get<IAgentGrain>(AgentKey(name));

    private static AgentDefinition DefinitionOf(RecordedAgent agent) => (agent.Name[^1] % 3) switch
    {
        0 => Bound("b-usd"),
        1 => Bound("c-usd"),
        _ => Bound("b-usd", "c-usd"),
    };

    /// <summary>One of the calls that authority decides about.</summary>
    private async Task TryOneAsync(RecordedAgent agent)
    {
        var own = _open.FindAll(allowance => allowance.Agent == agent.Name);
        switch (own.Count == 0 ? 9 : _random.Next(10))
        {
            case 0:
                await AskAsync(agent, AnyKey(agent), Any(_random, [.. own]).Request);
                break;
            case 1:
                await ExtendAsync(Any(_random, [.. own]), AnyKey(agent));
                break;
            case 2:
                await ReconcileAsync(Any(_random, [.. own]));
                break;
            case 3:
                await ListAsync(agent);
                break;
            default:
                await AskAsync(agent, AnyKey(agent), Ask(agent), _random.Next(12) == 0);
                break;
        }
    }

    /// <summary>Whoever stood on it tries whether it is gone: with new work, and with what was allowed before.</summary>
    private async Task ProbeAsync(IEnumerable<RecordedAgent> touched, RecordedKey? key = null)
    {
        var probes = new List<Task>();
        var agents = touched.OrderBy(_ => _random.Next()).Take(3).ToList();
        foreach (var agent in agents)
        {
            probes.Add(AskAsync(agent, key ?? AnyKey(agent), Ask(agent)));
            if (history.Workloads.LastOrDefault(allowance => allowance.Agent == agent.Name) is not { } last)
                continue;

            switch (_random.Next(5))
            {
                case 0:
                    probes.Add(AskAsync(agent, key ?? AnyKey(agent), last.Request));
                    break;
                case 1:
                    probes.Add(ExtendAsync(last, key ?? AnyKey(agent)));
                    break;
                case 2:
                    probes.Add(ListAsync(agent));
                    break;
                case 3:
                    probes.Add(ReconcileAsync(last));
                    break;
            }
        }

        await Task.WhenAll(probes);
    }

    private IEnumerable<RecordedAgent> Below(Predicate<RecordedDelegation> link) =>
        history.Delegations.Where(own => history.ChainOf(own).Exists(link)).Select(own => own.To).Distinct().Select(history.Agent);

    private async Task RevokeAsync()
    {
        var standing = history.Delegations.Where(delegation => delegation.RevokedAt == long.MaxValue).ToList();
        if (standing.Count == 0)
            return;

        var delegation = standing[_random.Next(standing.Count)];
        var grantor = delegation.From is { } from && _random.Next(3) == 0 ? history.Agent(from) : null;
        var revoked = await TryAsync(() =>
        {
            CallerContext.Set(grantor is null ? null : AnyKey(grantor).Credential);
            return grantor is null
                ? Agent(delegation.To).RevokeDelegationAsync(delegation.Name, "enough", Maria)
                : Agent(grantor.Name).EndDelegationAsync(delegation.Name, "enough");
        });
        if (revoked is not null)
        {
            history.Revoked();
            delegation.RevokedAt = Math.Min(delegation.RevokedAt, history.Next());
            await ProbeAsync(Below(link => link == delegation));
        }

        if (_random.Next(20) == 0)
            await PutAsync(delegation, grantor: null);
        await GrantAsync(history.Agent(delegation.To));
    }

    private async Task SuspendAsync(RecordedAgent agent)
    {
        if (await WriteAsync(agent.Suspended, true, () => Agent(agent.Name).SuspendAsync("it loops", Maria)))
        {
            history.Revoked();
            await ProbeAsync(Below(link => link.To == agent.Name));
        }

        await WriteAsync(agent.Suspended, false, () => Agent(agent.Name).ResumeAsync("mended", Maria));
    }

    private async Task SuspendTenantAsync()
    {
        if (await WriteAsync(history.TenantSuspended, true, () => Tenant.SuspendAsync("incident", Maria)))
        {
            history.Revoked();
            await ProbeAsync(history.Agents);
        }

        await WriteAsync(history.TenantSuspended, false, () => Tenant.ResumeAsync("over", Maria));
    }

    private async Task RevokeKeyAsync(RecordedAgent agent)
    {
        var key = agent.Keys.Find(key => !key.IsEnding);
        if (key is not null)
        {
            key.IsEnding = true;
            if (await TryAsync(() => cluster.Get<ITenantGrain>(ITenantGrain.Key(key.Credential.Tenant)).RevokeKeyAsync(key.Credential.KeyId, Maria)) is not null)
            {
                history.Revoked();
                key.RevokedAt = history.Next();
                await ProbeAsync([agent], key);
                if (_random.Next(3) == 0)
                    await GrantAsync(history.Agents[^1], agent, key);
            }
        }

        await IssueAsync(agent);
    }

    private async Task IssueAsync(RecordedAgent agent)
    {
        // A key for all tenants is good here, too.
        var tenant = _random.Next(4) == 0 ? TenantId.All : Acme;
        var principal = Principal.Of(AgentId.Parse(agent.Name));
        if (await TryAsync(() => cluster.Get<ITenantGrain>(ITenantGrain.Key(tenant)).CreateKeyAsync(new KeyRequest(Role.Service, principal), Maria)) is { } made)
        {
            agent.Keys.Add(new RecordedKey(
                $"{agent.Name}-{agent.Keys.Count}", new Credential(tenant, made.Id, Role.Service, principal, [], AgentId.Parse(agent.Name))));
        }
    }

    private async Task NarrowAsync()
    {
        var standing = history.Delegations.Where(delegation => delegation.RevokedAt == long.MaxValue).ToList();
        if (standing.Count == 0)
            return;

        var delegation = standing[_random.Next(standing.Count)];
        delegation.ToolsAsked = SomeOf(Tools);
        if (!await PutAsync(delegation, grantor: null))
            return;

        history.Revoked();
        await ProbeAsync(Below(link => link == delegation));
    }

    private async Task CloseAsync(RecordedAgent agent)
    {
        var closing = agent.Closed.Begin(true, history.Next());
        if (await TryAsync(() => Agent(agent.Name).CloseAsync(Maria)) is not null)
        {
            closing.EndedAt = history.Next();
            agent.Closings.Add(closing);
            history.Revoked();
            await ProbeAsync(Below(link => link.To == agent.Name));
        }

        await WriteAsync(agent.Closed, false, () => Agent(agent.Name).PutAsync(DefinitionOf(agent), Maria));
        await GrantAsync(agent);
        await GrantAsync(agent);
    }

    /// <summary>Grants the agent one more delegation: a person does, or an agent of a lower level passes on what it holds.</summary>
    private async Task GrantAsync(RecordedAgent agent, RecordedAgent? grantor = null, RecordedKey? key = null)
    {
        var parents = history.Delegations
            .Where(delegation => delegation.Made.IsAcknowledged && history.Agent(delegation.To).Level < agent.Level
                && (grantor is null ? delegation.RevokedAt == long.MaxValue : delegation.To == grantor.Name))
            .ToList();
        var parent = parents.Count == 0 || grantor is null && agent.Level > 0 && _random.Next(6) == 0 ? null : parents[_random.Next(parents.Count)];
        if (parent is null && grantor is not null)
            return;

        var tools = _random.Next(3) == 0 ? SomeOf(parent?.ToolsAsked ?? Tools) : parent?.ToolsAsked ?? Tools;
        var delegation = history.Add(new RecordedDelegation(
            $"d-{seed:x8}-{++_made}", parent?.To, agent.Name, parent?.Id, tools, limitsSpend: parent is null && _random.Next(4) == 0, history.Next()));
        await PutAsync(delegation, parent is not null && (grantor is not null || _random.Next(2) == 0) ? history.Agent(parent.To) : null, key);
    }

    /// <summary>Makes the delegation, or changes it to what it was last asked to permit.</summary>
    private async Task<bool> PutAsync(RecordedDelegation delegation, RecordedAgent? grantor, RecordedKey? key = null)
    {
        var definition = new DelegationDefinition(
            delegation.From is { } from ? Principal.Of(AgentId.Parse(from)) : Maria, Principal.Of(AgentId.Parse(delegation.To)),
            delegation.Parent is { } parent ? DelegationId.Parse(parent) : null, new Capabilities(Tools: delegation.ToolsAsked),
            delegation.LimitsSpend ? new DelegationLimits(Spend: new SpendLimit(Quantity.FromUnits(1_000_000), Unit.Usd)) : null);
        var narrowed = delegation.Tools.Begin(delegation.ToolsAsked, history.Next());
        var view = await TryAsync(async () =>
        {
            var used = grantor is null ? null : key ?? AnyKey(grantor);
            var startedAt = history.Next();
            CallerContext.Set(used?.Credential);
            var made = grantor is null
                ? await Agent(delegation.To).PutDelegationAsync(delegation.Name, definition, Maria)
                : await Agent(grantor.Name).DelegateAsync(delegation.Name, definition);
            delegation.Puts.Add(startedAt);
            if (grantor is not null)
                history.Delegated(grantor.Name, used!, delegation.Id, startedAt, history.Next());
            return made;
        });
        if (view is null)
            return false;

        narrowed.EndedAt = history.Next();
        if (!delegation.Made.IsAcknowledged)
            delegation.Made.EndedAt = narrowed.EndedAt;
        return true;
    }

    private WorkloadRequest Ask(RecordedAgent agent) =>
        Request(agent.Name, Id(cluster.World.Clock.GetUtcNow(), _random), "0.01", _random.Next(60, 3_600)) with { Tool = Tools[_random.Next(Tools.Length)] };

    private async Task AskAsync(RecordedAgent agent, RecordedKey key, WorkloadRequest request, bool dryRun = false)
    {
        var attemptsMax = _random.Next(1, 4);
        await TryAsync(
            async () =>
            {
                var startedAt = history.Next();
                CallerContext.Set(key.Credential);
                var decision = await Agent(agent.Name).AuthorizeAsync(request, dryRun);
                if (!decision.Result.Admits())
                    return decision;

                var allowance = new RecordedAllowance(
                    dryRun ? RecordedAllowance.DryRun : RecordedAllowance.Authorize, agent.Name, request, key, decision.Id, decision.Chain, startedAt, history.Next());
                history.Allowed(allowance);
                if (!dryRun)
                    _open.Add(allowance);
                return decision;
            },
            attemptsMax);
    }

    private async Task ExtendAsync(RecordedAllowance allowance, RecordedKey key)
    {
        await TryAsync(async () =>
        {
            var startedAt = history.Next();
            CallerContext.Set(key.Credential);
            var extended = await Agent(allowance.Agent).ExtendAsync(allowance.Id, _random.Next(60, 3_600));
            history.Allowed(allowance with { Call = RecordedAllowance.Extend, Key = key, StartedAt = startedAt, EndedAt = history.Next() });
            return extended;
        });
    }

    private async Task ListAsync(RecordedAgent agent)
    {
        var asked = history.Workloads.Where(allowance => allowance.Agent == agent.Name).TakeLast(20).ToImmutableArray();
        if (asked.IsEmpty)
            return;

        await TryAsync(async () =>
        {
            var key = AnyKey(agent);
            var startedAt = history.Next();
            CallerContext.Set(key.Credential);
            var revoked = await Agent(agent.Name).ListRevokedAsync([.. asked.Select(allowance => allowance.Id)]);
            history.Listed(new RecordedListing(asked, revoked, key, startedAt, history.Next()));
            return agent;
        });
    }

    /// <summary>Says what it cost: nothing that became of the authority stands in the way.</summary>
    private async Task ReconcileAsync(RecordedAllowance allowance)
    {
        _open.RemoveAll(other => other.Id == allowance.Id);
        try
        {
            await RetryAsync(() =>
            {
                CallerContext.Set(allowance.Key?.Credential);
                return Agent(allowance.Agent).ReconcileAsync(allowance.Id, Actual("0.01"));
            });
        }
        catch (GenOpsException error)
        {
            history.Fault($"not reconciled: {allowance.Id} by {allowance.Agent}: {error.Code}: {error.Message}");
        }
    }

    private RecordedKey AnyKey(RecordedAgent agent) =>
        _random.Next(6) == 0 ? Any(_random, [.. agent.Keys]) : agent.Keys.FindLast(key => !key.IsEnding) ?? agent.Keys[^1];

    private ImmutableArray<string> SomeOf(ImmutableArray<string> tools) => [.. tools.Where(_ => _random.Next(3) > 0)];

    private async Task<bool> WriteAsync<T>(WrittenValues<bool> values, bool value, Func<Task<T>> call) where T : class
    {
        var written = values.Begin(value, history.Next());
        if (await TryAsync(call) is null)
            return false;

        written.EndedAt = history.Next();
        return true;
    }

    /// <summary>Calls until it is answered, or a few times; null if it was refused or nobody knows.</summary>
    private async Task<T?> TryAsync<T>(Func<Task<T>> call, int attemptsMax = 8) where T : class
    {
        try
        {
            return await RetryAsync(call, attemptsMax);
        }
        catch (Exception error) when (error is ConflictException or NotFoundException or InvalidRequestException or AccessDeniedException)
        {
            return null;
        }
    }

    private async Task<T?> RetryAsync<T>(Func<Task<T>> call, int attemptsMax = 8) where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (error is UnavailableException or TimeoutException or SiloUnavailableException)
            {
                if (attempt >= attemptsMax)
                    return null;
            }
            finally
            {
                CallerContext.Set(null);
            }

            await PauseAsync(100);
        }
    }

    private Task PauseAsync(int msMax) => Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1, msMax)), cluster.World.Clock);
}
