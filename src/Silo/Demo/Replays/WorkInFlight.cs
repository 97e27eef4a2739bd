using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>One call that is kept running on purpose until its authority is taken away: it must be told, and can be settled.</summary>
/// <param name="client">The client.</param>
/// <param name="call">The call, with its figures.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkInFlight(IGenOpsClient client, AssignedCall call, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How long is waited for the news. The client library's push takes a fraction of a second.</summary>
    private static readonly TimeSpan ToldMax = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource<long> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GovernedWorkload? _workload;

    /// <summary>Its agent.</summary>
    public AgentId Agent => call.Agent;

    /// <summary>Begins it.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _workload = await client.AuthorizeAsync(call.Request, throwOnRefusal: false, cancellationToken);
        _workload.Revoked.Register(() => _told.TrySetResult(time.GetTimestamp()));
    }

    /// <summary>Waits until it is told, and settles it.</summary>
    /// <param name="acknowledgedAt">The clock's timestamp of the acknowledgement.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<InFlightReport> EndAsync(long acknowledgedAt, CancellationToken cancellationToken)
    {
        var workload = _workload ?? throw new InvalidOperationException("it has not begun");
        if (!workload.IsAllowed)
            return new InFlightReport(Agent, null, false) { Call = new ExtraCall(workload.Request, workload.Decision, null) };

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_told.Task, Task.Delay(ToldMax, time, waiting.Token));
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        double? toldAfterMs = _told.Task.IsCompleted
            ? Math.Round(time.GetElapsedTime(acknowledgedAt, await _told.Task).TotalMilliseconds, 2)
            : null;
        var figures = new Reconciliation(call.Actual);
        var settled = await workload.ReconcileAsync(figures, cancellationToken);
        return new InFlightReport(Agent, toldAfterMs, settled.State == WorkloadState.Reconciled)
        {
            Call = new ExtraCall(workload.Request, workload.Decision, figures),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _workload?.DisposeAsync() ?? ValueTask.CompletedTask;
}
