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
    private static readonly string[] Agents = [OneTree, TwoTrees, SharedTree, Metered, Modelled, Unbound];
    private static readonly string?[] Customers = ["c1", "c2", "c3", "c4", null];
    private static readonly string?[] Features = ["f1", "f2", "f3", "f4", null];

    /// <summary>What finance looks after: a scope of each budget, one of them on demand.</summary>
    private static readonly (string Root, string Scope)[] Scopes =
    [
        ("a-usd", ""), ("a-usd", "team"), ("a-usd", "team/agent"), ("b-usd", ""), ("d-usd", ""), ("e-usd", ""), ("e-usd", "nlp"), ("e-usd", "nlp/customerId=c1"),
    ];

    private readonly Random _random = new(seed);
    private readonly List<(string Agent, WorkloadRequest Request, bool Allowed)> _asked = [];
    private int _adjustments;

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
                    await DefineAsync("b-usd", Usd(_random.Next(5, 40).ToString(CultureInfo.InvariantCulture)));
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

    /// <summary>One model's calls, enough of them to learn what they cost.</summary>
    public async Task ModelAsync(int jobs)
    {
        for (var job = 0; job < jobs; job++)
        {
            var id = Id(cluster.World.Clock.GetUtcNow() + skew, _random);
            if (await AskAsync(Modelled, Tokens(Modelled, id, 600, Customers[_random.Next(2)])) is { } decision && decision.Result.Admits())
                await ReconcileAsync(Modelled, id);
        }
    }

    /// <summary>The finance owner's day: corrects, freezes, writes off and defines anew.</summary>
    public async Task FinanceAsync(int jobs)
    {
        for (var job = 0; job < jobs; job++)
        {
            await PauseAsync(600);
            var (root, scope) = Scopes[_random.Next(Scopes.Length)];
            try
            {
                switch (_random.Next(17))
                {
                    case < 2:
                        await DefineAsync("a-usd", Moved(_random));
                        break;
                    case < 4:
                        await DefineAsync("e-usd", Everything(_random));
                        break;
                    case 4:
                        await ArchiveAsync("c-usd");
                        await PauseAsync(300);
                        await DefineAsync("c-usd", Usd("15") with { OnExpiry = ExpiryAction.Release });
                        break;
                    case < 9:
                        await AdjustAsync(root, scope);
                        break;
                    case < 11:
                        await FreezeAsync(root, scope);
                        break;
                    default:
                        await ExpireAsync();
                        await WriteOffAsync(root, scope);
                        break;
                }
            }
            catch (InvalidRequestException error) when (error.Message.Contains("raise", StringComparison.Ordinal) || error.Message.Contains("future", StringComparison.Ordinal))
            {
                // Time has passed, or limits have changed, before the raise arrived.
            }
            catch (ConflictException error) when (error.Code == "scopes_exhausted")
            {
                // There are as many scopes on demand as there may be.
            }
            catch (NotFoundException error) when (error.Code == "scope_not_found")
            {
                // A scope on demand that nothing makes any more.
            }
        }
    }

    /// <summary>How every scope stands, as its budget shows it.</summary>
    public async Task<List<BudgetView>> ReadAsync(string root, IEnumerable<string> scopes)
    {
        var views = new List<BudgetView>();
        foreach (var scope in scopes)
        {
            var view = (await TryAsync(() => cluster.Get<IBudgetGrain>(BudgetKey(root)).GetAsync(ScopePath.Parse(scope), null, 100)))!;
            views.Add(view);
            views.AddRange(view.Children!.Items);
        }

        return views;
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
        var request = agent == Modelled
            ? Tokens(agent, id, _random.Next(2, 200), Customers[_random.Next(Customers.Length)])
            : Request(
                agent, id, agent == Unbound ? null : amount, _random.Next(2, 200),
                agent == Metered ? Customers[_random.Next(Customers.Length)] : null, agent == Metered ? Features[_random.Next(Features.Length)] : null);
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
            case < 5:
                await ReconcileAsync(agent, id);
                break;
            case < 7:
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
        var report = !known || agent == Unbound ? new Reconciliation(Outcome: Outcome.Unknown)
            : agent == Modelled ? new Reconciliation(new TokenUsage(10_000, (id.Value.GetHashCode() & 7) * 500))
            : Actual(actual);
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
        var report = Usage(agent, Id(cluster.World.Clock.GetUtcNow() + skew, _random), (_random.Next(1, 8) * 0.125m).ToString(CultureInfo.InvariantCulture),
            _random.Next(2) == 0 ? cluster.World.Clock.GetUtcNow() - TimeSpan.FromMinutes(_random.Next(-2, 3_000)) : null, Customers[_random.Next(Customers.Length)]);
        await TryAsync(async () =>
        {
            var result = await cluster.Get<IAgentGrain>(AgentKey(agent)).RecordUsageAsync(report);
            journal.Used(result);
            return result;
        });
    }

    private Task DefineAsync(string root, BudgetDefinition definition) => TryAsync(async () =>
    {
        var startedAt = journal.Now;
        var view = await cluster.Get<IBudgetGrain>(BudgetKey(root)).PutAsync(definition, Maria);
        journal.Define(root, definition, startedAt);
        return view;
    });

    private Task ArchiveAsync(string root) => TryAsync(async () =>
    {
        var startedAt = journal.Now;
        var view = await cluster.Get<IBudgetGrain>(BudgetKey(root)).ArchiveAsync(Maria);
        journal.Define(root, null, startedAt);
        return view;
    });

    private async Task AdjustAsync(string root, string scope)
    {
        var id = $"fix-{seed}-{++_adjustments}";
        var amount = Amounts.Quantity.Parse((_random.Next(1, 9) * 0.25m).ToString(CultureInfo.InvariantCulture));
        var command = _random.Next(3) switch
        {
            0 => new AdjustCommand(id, amount, $"the raise {id}", ScopePath.Parse(scope), cluster.World.Clock.GetUtcNow() + TimeSpan.FromSeconds(_random.Next(5, 20_000))),
            1 => new AdjustCommand(id, amount, $"the credit {id}", ScopePath.Parse(scope)),
            _ => new AdjustCommand(id, Amounts.Quantity.Zero - amount, $"the debit {id}", ScopePath.Parse(scope)),
        };
        var adjusting = OnceAsync();
        if (_random.Next(3) == 0)
            await OnceAsync();
        await adjusting;
        if (_random.Next(3) == 0)
            await OnceAsync();

        Task OnceAsync() => TryAsync(async () =>
        {
            var view = await cluster.Get<IBudgetGrain>(BudgetKey(root)).AdjustAsync(command, Maria);
            journal.Adjust(root, command);
            return view;
        });
    }

    private async Task FreezeAsync(string root, string scope)
    {
        await FreezeAsync(root, scope, isFrozen: true);
        await PauseAsync(500);
        if (_random.Next(5) > 0)
            await FreezeAsync(root, scope, isFrozen: false);
    }

    private Task FreezeAsync(string root, string scope, bool isFrozen) => TryAsync(async () =>
    {
        var startedAt = journal.Now;
        var budget = cluster.Get<IBudgetGrain>(BudgetKey(root));
        var view = isFrozen
            ? await budget.FreezeAsync(ScopePath.Parse(scope), "audit", Maria)
            : await budget.UnfreezeAsync(ScopePath.Parse(scope), "audited", Maria);
        journal.Freeze(root, scope, isFrozen, startedAt);
        return view;
    });

    private async Task WriteOffAsync(string root, string scope)
    {
        var now = cluster.World.Clock.GetUtcNow();
        var command = new WriteOffCommand(
            "the books are closed", null, new WriteOffWindow(now - TimeSpan.FromHours(_random.Next(1, 30)), now + TimeSpan.FromHours(1)), _random.Next(4) == 0 ? ScopePath.Parse(scope) : null);
        if (_random.Next(2) == 0)
        {
            var named = await TryAsync(() => cluster.Get<IBudgetGrain>(BudgetKey(root)).ListHeldAsync(WorkloadState.Unresolved, null, 3));
            if (named.IsDefaultOrEmpty)
                return;
            command = new WriteOffCommand("nobody will ever tell", named);
        }

        try
        {
            var written = await TryAsync(async () =>
            {
                var result = await cluster.Get<IBudgetGrain>(BudgetKey(root)).WriteOffAsync(command, Maria);
                journal.WriteOff(root, command, result);
                return result;
            });
            if (written is { Workloads: [var first, ..] } && _random.Next(2) == 0)
                await ReconcileAsync(journal.AgentOf(first), first);
        }
        catch (ConflictException conflict) when (conflict.Code is "not_unresolved" or "not_admitted")
        {
            // Its figures arrived meanwhile; or only a hold was left of it.
        }
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
