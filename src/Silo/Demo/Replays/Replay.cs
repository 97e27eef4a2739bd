using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo.Replays;

/// <summary>
/// Sends every call of a trace through the control plane: ask, "execute", report. Calls begin in the order of their
/// arrival, as many at once as there are callers. A call without a decision ends the replay: nothing is left out silently.
/// </summary>
internal sealed class Replay(
    IGenOpsClient client, ImmutableArray<AssignedCall> calls, Suspension suspension, Revocation revocation, WorkInFlight inFlight,
    ReplayProgress progress, TimeProvider time)
{
    private readonly Task _acknowledged = Task.WhenAll(suspension.Acknowledged, revocation.Acknowledged);
    private readonly CallOutcome[] _outcomes = new CallOutcome[calls.Length];
    private readonly ConcurrentQueue<(AssignedCall Call, WorkloadId Id)> _late = new();
    private readonly TaskCompletionSource _halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next = -1;

    /// <summary>Replays the whole trace.</summary>
    /// <param name="callers">How many calls run at once.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<ReplayResult> RunAsync(int callers, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await inFlight.BeginAsync(stop.Token);
        var began = time.GetTimestamp();
        var stopping = StopSomeAsync(stop.Token);
        Task[] tasks = [.. Enumerable.Range(0, callers).Select(_ => CallAsync(stop.Token)), stopping];
        await foreach (var ended in Task.WhenEach(tasks))
        {
            if (!ended.IsCompletedSuccessfully)
                await stop.CancelAsync();
        }

        // The first failure is the cause; the cancellations that followed are not.
        if (tasks.FirstOrDefault(task => task.IsFaulted) is { } failed)
            await failed;
        await Task.WhenAll(tasks);
        await SendLateFiguresAsync(cancellationToken);
        return new ReplayResult(
            ImmutableCollectionsMarshal.AsImmutableArray(_outcomes), time.GetElapsedTime(began), suspension.Report(), revocation.Report(),
            await stopping);
    }

    private async Task<InFlightReport> StopSomeAsync(CancellationToken cancellationToken)
    {
        await _halfWay.Task.WaitAsync(cancellationToken);
        await suspension.SuspendAsync(cancellationToken);
        await revocation.RevokeAsync(cancellationToken);
        return await inFlight.EndAsync(await revocation.Acknowledged, cancellationToken);
    }

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Increment(ref _next) is var index && index < calls.Length)
        {
            if (index >= calls.Length / 2)
                _halfWay.TrySetResult();

            // On a slow machine, or with a short trace, the acknowledgements could come when all is over. The last
            // quarter waits for them, so that there are always calls that begin after them.
            if (index >= calls.Length * 3L / 4)
                await _acknowledged.WaitAsync(cancellationToken);

            _outcomes[index] = await CallAsync(calls[index], cancellationToken);
        }
    }

    private async Task<CallOutcome> CallAsync(AssignedCall call, CancellationToken cancellationToken)
    {
        var isSuspended = suspension.Covers(call.Agent);
        var isRevoked = revocation.Covers(call.Agent);
        var began = time.GetTimestamp();
        await using var workload = await client.AuthorizeAsync(call.Request, throwOnRefusal: false, cancellationToken);
        var authorizeTime = time.GetElapsedTime(began);
        if (isSuspended)
            suspension.Count(workload.IsAllowed);
        if (isRevoked)
            revocation.Count(workload.IsAllowed);
        progress.Count(workload.Decision);

        TimeSpan? reconcileTime = null;
        if (workload.IsAllowed)
        {
            began = time.GetTimestamp();
            await EndAsync(workload, call, cancellationToken);
            if (call.Ending != CallEnding.Released)
                reconcileTime = time.GetElapsedTime(began);
        }

        return new CallOutcome(
            call, workload.Id, workload.Decision.Result, workload.Decision.ReasonCode, authorizeTime, reconcileTime)
        {
            Chain = workload.Decision.Chain ?? [],
        };
    }

    private async Task EndAsync(GovernedWorkload workload, AssignedCall call, CancellationToken cancellationToken)
    {
        switch (call.Ending)
        {
            case CallEnding.Reconciled:
                await workload.ReconcileAsync(new Reconciliation(call.Actual), cancellationToken);
                break;

            case CallEnding.Released:
                await workload.ReleaseAsync("the call was given up before it ran", cancellationToken);
                break;

            case CallEnding.Unresolved:
                await workload.ReconcileAsync(new Reconciliation(Outcome: Outcome.Unknown), cancellationToken);
                break;

            case CallEnding.Late:
                await workload.ReconcileAsync(new Reconciliation(Outcome: Outcome.Unknown), cancellationToken);
                _late.Enqueue((call, workload.Id));
                break;
        }
    }

    private async Task SendLateFiguresAsync(CancellationToken cancellationToken)
    {
        foreach (var (call, id) in _late)
            await client.ReconcileAsync(id, new Reconciliation(call.Actual), call.Agent, cancellationToken);
    }
}
