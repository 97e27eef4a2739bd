using System.Net.Http.Headers;
using System.Net.Http.Json;
using GenOps.ControlPlane.Bench.Cluster;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>This product over HTTP, with a service's key on every request.</summary>
internal sealed class HttpAlternative : IAlternative
{
    private readonly HttpClient _http;

    /// <param name="url">Where a silo listens.</param>
    /// <param name="key">A service's key.</param>
    public HttpAlternative(Uri url, string key)
    {
        _http = new HttpClient { BaseAddress = url };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <inheritdoc/>
    public string Name => "GenOps, HTTP";

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(_http, caller));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Reserver(HttpClient http, int caller) : IReserver
    {
        private static readonly string Path = $"/v1/tenants/{ClusterOrganisation.Tenant}/workloads";

        private WorkloadId _id;

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            _id = WorkloadId.New(TimeProvider.System.GetUtcNow());
            var decision = await PostAsync<WorkloadRequest, Decision>(Path, Asked.Request(GovernedSilo.AgentOf(budget, caller), _id), cancellationToken);
            if (decision.Result != DecisionResult.Allowed)
                throw new BenchException($"{_id} must be allowed, but is {decision.Result}: {decision.Reason}");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            var settled = await PostAsync<Reconciliation, SettlementResult>($"{Path}/{_id}/reconcile", Asked.Report, cancellationToken);
            if (settled.State != WorkloadState.Reconciled)
                throw new BenchException($"{_id} must be reconciled, but is {settled.State}");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, CancellationToken cancellationToken)
        {
            using var answer = await http.PostAsJsonAsync(path, body, GenOpsJson.Canonical, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new BenchException($"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            return (await answer.Content.ReadFromJsonAsync<TAnswer>(GenOpsJson.Canonical, cancellationToken))!;
        }
    }
}
