using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using GenOps.ControlPlane.Bench.Cluster;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>This product over HTTP, with a service's key on every request.</summary>
internal sealed class HttpAlternative : IAlternative, IAsyncDisposable
{
    private static readonly string Path = $"/v1/tenants/{ClusterOrganisation.Tenant}/workloads";

    private readonly GovernedSilo _silo;
    private readonly HttpClient _http;

    /// <param name="silo">Who answers.</param>
    public HttpAlternative(GovernedSilo silo)
    {
        _silo = silo;
        _http = new HttpClient { BaseAddress = silo.Cluster.Silos[0].Url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", silo.Key);
    }

    /// <inheritdoc/>
    public string Name => "GenOps, HTTP";

    /// <inheritdoc/>
    public async Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken) =>
        new Limited(_http, await _silo.LimitAsync("http", holds, cancellationToken));

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(_http, caller));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<TAnswer> PostAsync<TBody, TAnswer>(HttpClient http, string path, TBody body, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(path, body, GenOpsJson.Canonical, cancellationToken);
        return await ReadAsync<TAnswer>(answer, cancellationToken);
    }

    private static async Task<TAnswer> ReadAsync<TAnswer>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        return (await answer.Content.ReadFromJsonAsync<TAnswer>(GenOpsJson.Canonical, cancellationToken))!;
    }

    private sealed class Reserver(HttpClient http, int caller) : IReserver
    {
        private WorkloadId _id;

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            _id = WorkloadId.New(TimeProvider.System.GetUtcNow());
            var decision = await PostAsync<WorkloadRequest, Decision>(http, Path, Asked.Request(GovernedSilo.AgentOf(budget, caller), _id), cancellationToken);
            if (decision.Result != DecisionResult.Allowed)
                throw new BenchException($"{_id} must be allowed, but is {decision.Result}: {decision.Reason}");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            var settled = await PostAsync<Reconciliation, SettlementResult>(http, $"{Path}/{_id}/reconcile", Asked.Report, cancellationToken);
            if (settled.State != WorkloadState.Reconciled)
                throw new BenchException($"{_id} must be reconciled, but is {settled.State}");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Limited(HttpClient http, AgentId agent) : ILimitedBudget
    {
        public async Task<bool> TryReserveAsync(WorkloadId id, CancellationToken cancellationToken) =>
            (await PostAsync<WorkloadRequest, Decision>(http, Path, Asked.Request(agent, id), cancellationToken)).Result == DecisionResult.Allowed;

        public async Task<bool> TryReconcileAsync(WorkloadId id, bool otherwise, CancellationToken cancellationToken)
        {
            using var answer = await http.PostAsJsonAsync(
                $"{Path}/{id}/reconcile", otherwise ? Asked.OtherReport : Asked.Report, GenOpsJson.Canonical, cancellationToken);
            return answer.StatusCode != HttpStatusCode.Conflict
                && (await ReadAsync<SettlementResult>(answer, cancellationToken)).State == WorkloadState.Reconciled;
        }
    }
}
