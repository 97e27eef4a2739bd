using System.Diagnostics;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// One decided workload. While it is open its reservation renews itself. Settle it once: reconcile it after the action
/// ran, also when the action failed, or release it if the action never began. Disposed without either, it is left to
/// become unresolved, which stays counted. All members may be used from any thread.
/// </summary>
public sealed class GovernedWorkload : IAsyncDisposable
{
    private readonly WorkloadSettler _settler;
    private readonly WorkloadSpan _span;
    private readonly HeldWorkload? _held;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Lock _gate = new();
    private Phase _phase;
    private bool _isDisposed;
    private long? _latencyMs;
    private Reconciliation? _attempted;

    internal GovernedWorkload(
        WorkloadRequest request, Decision decision, WorkloadSettler settler, WorkloadSpan span, HeldWorkload? held,
        TimeProvider time, long started)
    {
        Request = request;
        Decision = decision;
        _settler = settler;
        _span = span;
        _held = held;
        _time = time;
        _started = started;
        _phase = decision.Result.Admits() ? Phase.Open : Phase.Refused;
    }

    private enum Phase
    {
        Open,
        Settling,
        Settled,
        Refused,
    }

    /// <summary>The workload's id.</summary>
    public WorkloadId Id => Decision.Id;

    /// <summary>The request as it was sent, with everything that the client filled in.</summary>
    public WorkloadRequest Request { get; }

    /// <summary>The decision; it never changes.</summary>
    public Decision Decision { get; }

    /// <summary>Whether the action may run: ALLOWED or WARNING.</summary>
    public bool IsAllowed => Decision.Result.Admits();

    /// <summary>
    /// When the reservation ends unless it is renewed, by the control plane's clock; the end of the approval that is waited
    /// for; null if nothing is held.
    /// </summary>
    public DateTimeOffset? ExpiresAt => _held?.Renewal.ExpiresAt ?? Decision.ExpiresAt;

    /// <summary>The approval that a refused workload waits for, or that this one was allowed on; null if none.</summary>
    public ApprovalId? Approval => Decision.ApprovalId();

    /// <summary>
    /// Whether it was refused because a person has to approve first:
    /// <see cref="IGenOpsClient.AwaitApprovalAsync(GovernedWorkload, bool?, CancellationToken)"/> waits for that.
    /// </summary>
    public bool NeedsApproval => Decision.NeedsApproval();

    /// <summary>
    /// Fires when the authority that this workload stands on was revoked while it ran: pushed by the control plane, or at
    /// the next renewal if it can't be heard. Pass it on to the model call, and reconcile what was consumed. Never fires for
    /// a refused workload, and not any more once this is settled or disposed. Callbacks run on the thread pool.
    /// </summary>
    public CancellationToken Revoked => _held?.Authority.Revoked ?? CancellationToken.None;

    /// <summary>
    /// The workload's span, to put the spans of the action below it; null if nobody listens to
    /// <see cref="Telemetry.GenOpsSources.Workloads"/>. It ends when the workload is settled or disposed.
    /// </summary>
    public Activity? Activity => _span.Activity;

    /// <summary>Reports the tokens that the action consumed.</summary>
    /// <inheritdoc cref="ReconcileAsync(Reconciliation, CancellationToken)"/>
    public Task<SettlementResult> ReconcileAsync(TokenUsage usage, CancellationToken cancellationToken = default) =>
        ReconcileAsync(new Reconciliation(usage), cancellationToken);

    /// <summary>
    /// Reports what the action really consumed, or that nobody knows (neither usage nor amounts: it becomes unresolved).
    /// A latency that is not given is measured from the authorization on. After a
    /// <see cref="GovernanceUnavailableException"/> or a cancellation it may be called again: the figures count once.
    /// </summary>
    /// <returns>Reserved, actual and delta by budget.</returns>
    /// <exception cref="InvalidOperationException">It was refused, is settled, or is being settled.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed; <see cref="IGenOpsClient.ReconcileAsync"/> takes late figures.</exception>
    /// <exception cref="InvalidRequestException">The figures are not well formed; nothing was sent.</exception>
    /// <exception cref="ConflictException"><c>already_resolved</c>: other figures are final.</exception>
    /// <exception cref="GovernanceUnavailableException">No answer in time.</exception>
    public async Task<SettlementResult> ReconcileAsync(Reconciliation reconciliation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reconciliation);
        WorkloadRequestRules.Require(reconciliation);
        Begin();
        SettlementResult result;
        var sent = reconciliation;
        try
        {
            // Measured once: a second call must not report other figures than the first, which may have arrived.
            _latencyMs ??= reconciliation.LatencyMs ?? (long)_time.GetElapsedTime(_started).TotalMilliseconds;
            sent = reconciliation with { LatencyMs = reconciliation.LatencyMs ?? _latencyMs };
            _attempted = sent;
            result = await _settler.ReconcileAsync(Request.Agent, Id, sent, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Reopen();
            throw;
        }

        _span.Reconciled(Decision, sent, result, sent.LatencyMs ?? 0);
        Settled();
        return result;
    }

    /// <summary>Gives the money back because the action never ran. It may be called again after a failure, as reconcile.</summary>
    /// <param name="reason">Why it never ran, for the evidence; up to 256 bytes.</param>
    /// <param name="cancellationToken">Ends the waiting; the release may have arrived nevertheless.</param>
    /// <exception cref="InvalidOperationException">It was refused, is settled, or is being settled.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    /// <exception cref="ConflictException"><c>already_resolved</c>: figures are final.</exception>
    /// <exception cref="GovernanceUnavailableException">No answer in time.</exception>
    public async Task<SettlementResult> ReleaseAsync(string reason, CancellationToken cancellationToken = default)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        Begin();
        SettlementResult result;
        try
        {
            result = await _settler.ReleaseAsync(Request.Agent, Id, reason, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Reopen();
            throw;
        }

        _span.Released();
        Settled();
        return result;
    }

    /// <summary>Stops renewing. If it was neither reconciled nor released, warns and leaves it to become unresolved.</summary>
    public ValueTask DisposeAsync()
    {
        bool leaves;
        lock (_gate)
        {
            if (_isDisposed)
                return ValueTask.CompletedTask;

            _isDisposed = true;
            leaves = _phase == Phase.Open;
        }

        _held?.Dispose();
        if (leaves)
            Leave();
        return ValueTask.CompletedTask;
    }

    private void Begin()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var fault = _phase switch
            {
                Phase.Refused => $"was {Decision.Result.Text()} ({Decision.ReasonCode}): it must not run, and nothing is held",
                Phase.Settled => "is settled already: reconcile or release it once",
                Phase.Settling => "is being settled already: await that call",
                _ => null,
            };
            if (fault is not null)
                throw new InvalidOperationException($"workload {Id} {fault}");

            _phase = Phase.Settling;
        }
    }

    private void Reopen()
    {
        bool leaves;
        lock (_gate)
        {
            _phase = Phase.Open;
            leaves = _isDisposed;
        }

        if (leaves)
            Leave();
    }

    private void Settled()
    {
        lock (_gate)
            _phase = Phase.Settled;

        _held?.Dispose();
        _span.End();
    }

    private void Leave()
    {
        _settler.Left(Id);
        _span.Unsettled(Decision, _attempted, _latencyMs ?? (long)_time.GetElapsedTime(_started).TotalMilliseconds);
        _span.End();
    }
}
