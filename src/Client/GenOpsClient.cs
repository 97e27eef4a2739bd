using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>The client over any transport.</summary>
internal sealed class GenOpsClient : IGenOpsClient
{
    /// <summary>Below what a timer can hold.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromDays(30);

    private readonly IGovernanceTransport _transport;
    private readonly AbandonedWorkloads _abandoned;
    private readonly WorkloadSettler _settler;
    private readonly RevocationListener _listener;
    private readonly GenOpsClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TenantId _tenant;
    private readonly AgentId? _agent;

    public GenOpsClient(
        IGovernanceTransport transport, AbandonedWorkloads abandoned, WorkloadSettler settler, RevocationListener listener,
        IOptions<GenOpsClientOptions> options, TimeProvider time, ILogger<GenOpsClient> logger)
    {
        _transport = transport;
        _abandoned = abandoned;
        _settler = settler;
        _listener = listener;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _tenant = TenantId.Parse(_options.Tenant);
        _agent = _options.Agent is { } agent ? AgentId.Parse(agent) : null;
    }

    public Task<GovernedWorkload> AuthorizeAsync(
        WorkloadDraft draft, bool? throwOnRefusal = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return AuthorizeAsync(Complete(draft), throwOnRefusal, cancellationToken);
    }

    public Task<GovernedWorkload> AuthorizeAsync(
        WorkloadRequest request, bool? throwOnRefusal = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AuthorizeAsync(request, throwOnRefusal, _options.GiveUpAfter, cancellationToken);
    }

    public Task<GovernedWorkload> AwaitApprovalAsync(
        GovernedWorkload refused, bool? throwOnRefusal = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return refused is { NeedsApproval: true, Approval: { } approval }
            ? AwaitApprovalAsync(approval, refused.Request, refused.Decision, throwOnRefusal, cancellationToken)
            : throw new InvalidOperationException(
                $"workload {refused.Id} waits for nobody's approval: it was {refused.Decision.Result.Text()} ({refused.Decision.ReasonCode})");
    }

    public Task<GovernedWorkload> AwaitApprovalAsync(
        ApprovalId approval, WorkloadDraft draft, bool? throwOnRefusal = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return AwaitApprovalAsync(approval, Complete(draft), null, throwOnRefusal, cancellationToken);
    }

    public Task<GovernedWorkload> AwaitApprovalAsync(
        ApprovalId approval, WorkloadRequest request, bool? throwOnRefusal = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AwaitApprovalAsync(approval, request, null, throwOnRefusal, cancellationToken);
    }

    public Task<DelegationView> DelegateAsync(DelegationId id, DelegationDraft draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var from = AgentOr(draft.From);

        // Completed once: whatever is sent again has the same end.
        var definition = draft.Complete(from, _time.GetUtcNow());
        return CallOf(id, "Making").RunAsync(
            attempt => _transport.DelegateAsync(from, id, definition, attempt), cancellationToken);
    }

    public Task<AuthorityChange> RevokeDelegationAsync(
        DelegationId id, string reason, AgentId? agent = null, CancellationToken cancellationToken = default)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        var from = AgentOr(agent);
        return CallOf(id, "Revoking").RunAsync(
            attempt => _transport.EndDelegationAsync(from, id, reason, attempt), cancellationToken);
    }

    private async Task<GovernedWorkload> AuthorizeAsync(
        WorkloadRequest request, bool? throwOnRefusal, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var id = request.Id ?? WorkloadId.New(_time.GetUtcNow());
        var ttlSeconds = request.TtlSeconds ?? (int)_options.Ttl.TotalSeconds;
        request = request with { Id = id, TtlSeconds = ttlSeconds };
        WorkloadRequestRules.Require(request);
        cancellationToken.ThrowIfCancellationRequested();

        var started = _time.GetTimestamp();
        var span = WorkloadSpan.Start(_tenant, request, _time);
        request = request with { Traceparent = span.Traceparent ?? request.Traceparent };
        var decision = await DecideAsync(request, id, span, giveUpAfter, cancellationToken).ConfigureAwait(false);
        span.Decided(decision);
        if (decision.Result.Admits())
        {
            var authority = new WorkloadAuthority(request.Agent, id, decision.Epoch, span, _logger);
            var renewal = new HoldRenewal(_transport, _options, _time, _logger, authority, _listener, ttlSeconds, decision.ExpiresAt);
            return new GovernedWorkload(
                request, decision, _settler, span, new HeldWorkload(authority, renewal, _listener), _time, started);
        }

        span.End();
        return Refused(request, decision, span, started, throwOnRefusal);
    }

    public async Task<SettlementResult> ReconcileAsync(
        WorkloadId id, Reconciliation reconciliation, AgentId? agent = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reconciliation);
        WorkloadRequestRules.Require(reconciliation);
        var result = await _settler.ReconcileAsync(AgentOr(agent), id, reconciliation, cancellationToken).ConfigureAwait(false);
        _settler.Late(result);
        return result;
    }

    public Task<SettlementResult> ReleaseAsync(
        WorkloadId id, string reason, AgentId? agent = null, CancellationToken cancellationToken = default)
    {
        WorkloadRequestRules.RequireText(reason, "reason");
        return _settler.ReleaseAsync(AgentOr(agent), id, reason, cancellationToken);
    }

    public Task<SettlementResult> RecordUsageAsync(UsageReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var id = report.Id ?? WorkloadId.New(_time.GetUtcNow());
        report = report with { Id = id };
        WorkloadRequestRules.Require(report.AsRequest());
        WorkloadRequestRules.Require(new Reconciliation(report.Usage, Actual: report.Actual));
        return _settler.RecordUsageAsync(id, report, cancellationToken);
    }

    /// <summary>Whether an id that got no decision may hold money. Another workload's id, which a conflict means, is not ours to release.</summary>
    private static bool MayHold(GovernanceCall call, Exception exception) => exception switch
    {
        ConflictException conflict => conflict.Code == "authority_revoked",
        _ => call.OutcomeUnknown,
    };

    private async Task<Decision> DecideAsync(
        WorkloadRequest request, WorkloadId id, WorkloadSpan span, TimeSpan giveUpAfter, CancellationToken cancellationToken)
    {
        var call = new GovernanceCall(
            _options, _time, _logger, new CallSubject(id), "Authorizing",
            "there is no decision, so the action must not run; try again later, as a new workload", giveUpAfter);
        try
        {
            return await call.RunAsync(attempt => _transport.AuthorizeAsync(request, attempt), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (MayHold(call, exception))
                _abandoned.Release(request.Agent, id, "given up by the client");
            span.Failed(exception);
            span.End();
            throw;
        }
    }

    private GovernanceCall CallOf(DelegationId id, string name) =>
        new(_options, _time, _logger, new CallSubject(id), name, "make the same call again: it counts once");

    private async Task<GovernedWorkload> AwaitApprovalAsync(
        ApprovalId approval, WorkloadRequest request, Decision? decision, bool? throwOnRefusal, CancellationToken cancellationToken)
    {
        var wait = new ApprovalWait(_transport, _options, _time, _logger, request.Agent, approval);
        var view = await wait.UntilDecidedAsync(decision?.ExpiresAt, cancellationToken).ConfigureAwait(false);
        if (ApprovalEnd.Of(view, request.Id) is { } end)
        {
            // The decision that asked for a person stays what it is recorded as; this says what came of it.
            var ended = new Decision(
                view.Asked.Workload, DecisionResult.Blocked, end.ReasonCode, end.Reason, $"approval {approval}", [], null,
                decision?.Epoch ?? default, approval.ToString());
            return Refused(
                request with { Id = ended.Id }, ended, WorkloadSpan.None(request, _time), _time.GetTimestamp(), throwOnRefusal);
        }

        // An id of the caller's own, kept over a restart, gets the recorded decision again; that of the refused workload is spent.
        return await AuthorizeAsync(
            request with { Id = request.Id == view.Asked.Workload ? null : request.Id, Approval = approval.ToString() },
            throwOnRefusal,
            TimeLeft(view),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An approval that was given is worth more patience than <see cref="GenOpsClientOptions.GiveUpAfter"/>: giving up may use it up.</summary>
    private TimeSpan TimeLeft(ApprovalView view)
    {
        var left = view.Asked.ExpiresAt - _time.GetUtcNow();
        return left <= _options.GiveUpAfter ? _options.GiveUpAfter : left < PatienceMax ? left : PatienceMax;
    }

    private GovernedWorkload Refused(
        WorkloadRequest request, Decision decision, WorkloadSpan span, long started, bool? throwOnRefusal) =>
        throwOnRefusal ?? _options.ThrowOnRefusal
            ? throw new GovernanceRefusedException(decision)
            : new GovernedWorkload(request, decision, _settler, span, null, _time, started);

    private WorkloadRequest Complete(WorkloadDraft draft)
    {
        var attribution = draft.Attribution ?? _options.DefaultAttribution
            ?? throw new InvalidRequestException(
                "attribution", $"is required: set {nameof(GenOpsClientOptions)}.{nameof(GenOpsClientOptions.DefaultAttribution)}, or the draft's");
        return new WorkloadRequest(AgentOr(draft.Agent), draft.Operation, attribution with
        {
            CustomerId = draft.CustomerId ?? attribution.CustomerId,
            Feature = draft.Feature ?? attribution.Feature,
            SessionId = draft.SessionId ?? attribution.SessionId,
            CostCenter = draft.CostCenter ?? attribution.CostCenter,
        })
        {
            Provider = draft.Provider,
            Model = draft.Model,
            Region = draft.Region,
            Tool = draft.Tool,
            DataClassifications = draft.DataClassifications,
            Parameters = draft.Parameters,
            Estimate = draft.Estimate,
            TtlSeconds = draft.TtlSeconds,
            Sla = draft.Sla,
            Approval = draft.Approval,
            MinEpoch = draft.MinEpoch,
        };
    }

    private AgentId AgentOr(AgentId? agent) => agent ?? _agent
        ?? throw new InvalidRequestException("agent", $"is required: set {nameof(GenOpsClientOptions)}.{nameof(GenOpsClientOptions.Agent)}, or name it here");
}
