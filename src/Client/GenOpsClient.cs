using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>The client over any transport.</summary>
internal sealed class GenOpsClient : IGenOpsClient
{
    private readonly IGovernanceTransport _transport;
    private readonly AbandonedWorkloads _abandoned;
    private readonly WorkloadSettler _settler;
    private readonly GenOpsClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TenantId _tenant;
    private readonly AgentId? _agent;

    public GenOpsClient(
        IGovernanceTransport transport, AbandonedWorkloads abandoned, WorkloadSettler settler,
        IOptions<GenOpsClientOptions> options, TimeProvider time, ILogger<GenOpsClient> logger)
    {
        _transport = transport;
        _abandoned = abandoned;
        _settler = settler;
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

    public async Task<GovernedWorkload> AuthorizeAsync(
        WorkloadRequest request, bool? throwOnRefusal = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = request.Id ?? WorkloadId.New(_time.GetUtcNow());
        var ttlSeconds = request.TtlSeconds ?? (int)_options.Ttl.TotalSeconds;
        request = request with { Id = id, TtlSeconds = ttlSeconds };
        WorkloadRequestRules.Require(request);
        cancellationToken.ThrowIfCancellationRequested();

        var started = _time.GetTimestamp();
        var span = WorkloadSpan.Start(_tenant, request, _time);
        request = request with { Traceparent = span.Traceparent ?? request.Traceparent };
        var decision = await DecideAsync(request, id, span, cancellationToken).ConfigureAwait(false);
        span.Decided(decision);
        if (decision.Result.Admits())
        {
            var renewal = new HoldRenewal(
                _transport, _options, _time, _logger, request.Agent, id, ttlSeconds, decision.ExpiresAt);
            return new GovernedWorkload(request, decision, _settler, span, renewal, _time, started);
        }

        span.End();
        return throwOnRefusal ?? _options.ThrowOnRefusal
            ? throw new GovernanceRefusedException(decision)
            : new GovernedWorkload(request, decision, _settler, span, null, _time, started);
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
        WorkloadRequest request, WorkloadId id, WorkloadSpan span, CancellationToken cancellationToken)
    {
        var call = new GovernanceCall(
            _options, _time, _logger, id, "Authorizing", "there is no decision, so the action must not run; try again later, as a new workload");
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
