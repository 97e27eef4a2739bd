using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Agents and budgets that nobody has called yet, each called for the first time through all silos at the same moment, by
/// several callers each: when they are made, when they get authority, and when one workload is asked for.
/// </summary>
internal sealed class FreshAgents
{
    private const int CopiesPerSilo = 2;
    private const int AttemptsMax = 300;

    private static readonly Principal Operator = Principal.Parse("user:maria");

    private readonly ScenarioRun _run;
    private readonly HttpDoor _admin;
    private readonly HttpDoor _service;
    private int _count;

    private FreshAgents(ScenarioRun run, string key)
    {
        var (cluster, organisation, history, options) = (run.Cluster, run.Load.Organisation, run.History, run.Plan.Load);
        (_run, _admin, _service) = (run, new HttpDoor(cluster, organisation, history, cluster.AdminKey, options), new HttpDoor(cluster, organisation, history, key, options));
    }

    /// <summary>How many were called.</summary>
    public int Count => _count;

    public static async Task<FreshAgents> BeginAsync(ScenarioRun run, CancellationToken cancellationToken) =>
        new(run, await run.Cluster.ServiceKeyAsync(run.Load.Organisation.Tenant.Value, cancellationToken));

    /// <summary>Makes one, and asks for one workload of it.</summary>
    public async Task CallAsync(CancellationToken cancellationToken)
    {
        // What is not answered is sent again, for as long as the round may take.
        var name = string.Create(CultureInfo.InvariantCulture, $"fresh-{_run.Scenario.Letter}{_run.Round}-{++_count}");
        var draw = new LoadedDraw(name, "", Unit.Usd);
        var agent = new LoadedAgent(AgentId.Parse(name), AgentId.Parse(name), [draw], HasCustomer: false);
        _run.WaitsFor($"the budget and the agent {name}");
        await FromAllAsync(_ => PutAsync($"budgets/{name}", new BudgetDefinition(Unit.Usd, Limit: Quantity.FromUnits(1_000)), cancellationToken));
        await FromAllAsync(_ => PutAsync($"agents/{name}", new AgentDefinition([new BudgetBinding(BudgetRoot.Parse(name))]), cancellationToken));

        _run.WaitsFor($"the delegation of {name}");
        var delegation = $"d-{name}";
        var grant = Template(CallKind.Grant, name, delegation);
        var granted = JsonSerializer.Serialize(new DelegationDefinition(Operator, Principal.Of(agent.Id)), GenOpsJson.Canonical);
        await FromAllAsync(_ => _admin.SendAsync(grant, HttpMethod.Put, $"delegations/{delegation}", granted, AttemptsMax, cancellationToken));

        _run.WaitsFor($"a decision for {name}");
        var workload = Governed.New(agent, _run.Random, _run.Plan.Load.TtlSeconds);
        var body = JsonSerializer.Serialize(workload.Request, GenOpsJson.Canonical);
        var answers = await FromAllAsync(_ => _service.SendAsync(
            Template(CallKind.Authorize, name, workload.Id), HttpMethod.Post, "workloads", body, AttemptsMax, cancellationToken));
        if (answers.Select(answer => answer.Answer ?? answer.Error).Distinct().ToArray() is { Length: > 1 } told)
            _run.Miss($"{workload.Id} of {name}: told {string.Join(" and ", told)}");
        if (!answers[0].IsAllowed)
            _run.Miss($"{workload.Id} of {name} must be allowed: {answers[0].Answer ?? answers[0].Error}");
    }

    private Call Template(CallKind kind, string agent, string subject) => new(
        kind, _run.Load.Organisation.Tenant.Value, agent, subject, "", default, default, CallEnd.Unanswered);

    private Task<T[]> FromAllAsync<T>(Func<int, Task<T>> call) =>
        Task.WhenAll(Enumerable.Range(0, CopiesPerSilo * _run.Cluster.Silos.Count).Select(call));

    private async Task<bool> PutAsync<T>(string path, T definition, CancellationToken cancellationToken)
    {
        var (cluster, body) = (_run.Cluster, JsonSerializer.Serialize(definition, GenOpsJson.Canonical));
        using var timer = new PeriodicTimer(_run.Plan.Load.RetryInterval);
        for (var attempt = 1; ; attempt++)
        {
            string error;
            try
            {
                var (status, text) = await ClusterOfSilos.SendAsync(
                    _admin.NextSilo(), HttpMethod.Put, $"{_run.Load.Organisation.Path}/{path}", body, cluster.AdminKey, _run.Plan.Load.AttemptTimeout, cancellationToken);
                if (status == 200)
                    return true;
                error = $"{status} {text}";
                if (status != 503)
                {
                    _run.Miss($"PUT {path}: {error}");
                    return false;
                }
            }
            catch (Exception broken) when (broken is HttpRequestException || broken is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                error = broken.Message; // sent again, through another silo
            }

            if (attempt >= AttemptsMax)
                throw new HarnessException($"PUT {path} is not answered: {error}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
