using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Bench.Alternatives;

/// <summary>This product through its client library, over the Orleans gateway.</summary>
internal sealed class OrleansAlternative(GovernedSilo silo) : IAlternative
{
    /// <inheritdoc/>
    public string Name => "GenOps, client library";

    /// <inheritdoc/>
    public async Task<ILimitedBudget?> LimitAsync(int holds, CancellationToken cancellationToken) =>
        new Limited(silo.Client, await silo.LimitAsync("library", holds, cancellationToken));

    /// <inheritdoc/>
    public Task<IReserver> OpenAsync(int caller, CancellationToken cancellationToken) => Task.FromResult<IReserver>(new Reserver(silo.Client, caller));

    private sealed class Reserver(IGenOpsClient client, int caller) : IReserver
    {
        private GovernedWorkload? _workload;

        public async Task ReserveAsync(int budget, CancellationToken cancellationToken)
        {
            var request = Asked.Request(GovernedSilo.AgentOf(budget, caller), WorkloadId.New(TimeProvider.System.GetUtcNow()));
            _workload = await client.AuthorizeAsync(request, cancellationToken: cancellationToken);
            if (_workload.Decision.Result != DecisionResult.Allowed)
                throw new BenchException($"{request.Id} must be allowed, but is {_workload.Decision.Result}: {_workload.Decision.Reason}");
        }

        public async Task ReconcileAsync(CancellationToken cancellationToken)
        {
            var settled = await _workload!.ReconcileAsync(Asked.Report, cancellationToken);
            await _workload.DisposeAsync();
            if (settled.State != WorkloadState.Reconciled)
                throw new BenchException($"{_workload.Decision.Id} must be reconciled, but is {settled.State}");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    // The handles stay unused: one that is given up would release what it holds.
    private sealed class Limited(IGenOpsClient client, AgentId agent) : ILimitedBudget
    {
        public async Task<bool> TryReserveAsync(WorkloadId id, CancellationToken cancellationToken) =>
            (await client.AuthorizeAsync(Asked.Request(agent, id), throwOnRefusal: false, cancellationToken)).IsAllowed;

        public async Task<bool> TryReconcileAsync(WorkloadId id, bool otherwise, CancellationToken cancellationToken)
        {
            try
            {
                return (await client.ReconcileAsync(id, otherwise ? Asked.OtherReport : Asked.Report, agent, cancellationToken)).State == WorkloadState.Reconciled;
            }
            catch (ConflictException)
            {
                return false;
            }
        }
    }
}
