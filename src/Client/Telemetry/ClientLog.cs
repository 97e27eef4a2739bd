using System.Net;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Telemetry;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>Everything that the client logs.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(EventId = 6001, Level = LogLevel.Debug,
        Message = "{Call} of {Subject} failed at attempt {Attempt}, trying again in {DelayMs} ms: {Failure}")]
    public static partial void Retrying(ILogger logger, string call, CallSubject subject, int attempt, double delayMs, string failure);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning,
        Message = "Workload {Workload} was given up without an answer and is being released")]
    public static partial void Abandoning(ILogger logger, WorkloadId workload);

    [LoggerMessage(EventId = 6003, Level = LogLevel.Warning,
        Message = "Workload {Workload} was given up and could not be released; if it holds money, that becomes unresolved when it expires")]
    public static partial void AbandonFailed(ILogger logger, Exception exception, WorkloadId workload);

    [LoggerMessage(EventId = 6004, Level = LogLevel.Error,
        Message = "Workload {Workload} was given up and is not released, because {Pending} others are being released already (AbandonedMax)")]
    public static partial void AbandonedTooMany(ILogger logger, WorkloadId workload, int pending);

    [LoggerMessage(EventId = 6005, Level = LogLevel.Warning,
        Message = "Workload {Workload} was disposed without being reconciled or released: its reservation becomes unresolved and stays counted until figures arrive")]
    public static partial void NotSettled(ILogger logger, WorkloadId workload);

    [LoggerMessage(EventId = 6006, Level = LogLevel.Warning,
        Message = "Renewing workload {Workload} failed {Failures} time(s) in a row, trying again in {DelayMs} ms")]
    public static partial void RenewalFailed(ILogger logger, Exception exception, WorkloadId workload, int failures, double delayMs);

    [LoggerMessage(EventId = 6007, Level = LogLevel.Warning,
        Message = "The authority of workload {Workload} was revoked while it ran: stop, and reconcile what was consumed")]
    public static partial void Revoked(ILogger logger, WorkloadId workload);

    [LoggerMessage(EventId = 6008, Level = LogLevel.Warning,
        Message = "Workload {Workload} can't be renewed any more: {Reason}")]
    public static partial void RenewalEnded(ILogger logger, WorkloadId workload, string reason);

    [LoggerMessage(EventId = 6009, Level = LogLevel.Error,
        Message = "A callback on the revocation of workload {Workload} failed")]
    public static partial void RevokedCallbackFailed(ILogger logger, Exception exception, WorkloadId workload);

    [LoggerMessage(EventId = 6010, Level = LogLevel.Warning,
        Message = "Settling workload {Workload} broke the accounting invariant in budget {Budget}: {Violation}")]
    public static partial void Violation(ILogger logger, WorkloadId workload, BudgetPath budget, string violation);

    [LoggerMessage(EventId = 6011, Level = LogLevel.Information, EventName = GenOpsEvents.BudgetReconciliation,
        Message = "Workload {Workload} was reconciled after its span ended: {Budget} reserved {Reserved}, actual {Actual} {Unit}")]
    public static partial void LateReconciliation(
        ILogger logger, WorkloadId workload, BudgetPath budget, string reserved, string actual, string unit);

    [LoggerMessage(EventId = 6012, Level = LogLevel.Warning,
        Message = "Changes of authority can't be heard, trying again until they can: meanwhile an open workload learns of a revocation at its renewal")]
    public static partial void FeedLost(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6013, Level = LogLevel.Information, Message = "Changes of authority are heard again, after {Failures} failed attempt(s)")]
    public static partial void FeedBack(ILogger logger, int failures);

    [LoggerMessage(EventId = 6014, Level = LogLevel.Warning,
        Message = "Asking which workloads of agent {Agent} run on revoked authority failed; it is asked again, and a workload's renewal tells it too")]
    public static partial void RevokedUnknown(ILogger logger, Exception exception, AgentId agent);

    [LoggerMessage(EventId = 6015, Level = LogLevel.Warning,
        Message = "Where approval {Approval} stands can't be asked, trying again until it can")]
    public static partial void ApprovalUnknown(ILogger logger, Exception exception, ApprovalId approval);

    [LoggerMessage(EventId = 6016, Level = LogLevel.Error,
        Message = "The control plane takes this client's key no more: every open workload counts as revoked")]
    public static partial void KeyRefused(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6101, Level = LogLevel.Information, Message = "Connected to the control plane at {Gateways}")]
    public static partial void Connected(ILogger logger, string gateways);

    [LoggerMessage(EventId = 6102, Level = LogLevel.Warning, Message = "No connection to the control plane yet: {Failure}")]
    public static partial void NotConnected(ILogger logger, string failure);

    [LoggerMessage(EventId = 6103, Level = LogLevel.Error, Message = "Connecting to the control plane failed {Failures} time(s)")]
    public static partial void ConnectFailed(ILogger logger, Exception exception, int failures);

    [LoggerMessage(EventId = 6104, Level = LogLevel.Warning, Message = "Closing the connection to the control plane failed")]
    public static partial void CloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6105, Level = LogLevel.Error, Message = "The control plane does not let this client in: {Reason}")]
    public static partial void GatewayRefused(ILogger logger, string reason);

    [LoggerMessage(EventId = 6106, Level = LogLevel.Warning, Message = "The gateway name {Gateway} does not resolve; its last addresses are kept")]
    public static partial void GatewayUnresolved(ILogger logger, Exception exception, string gateway);

    [LoggerMessage(EventId = 6107, Level = LogLevel.Warning,
        Message = "The gateway at {Gateway} takes connections and does not answer: others are used until it does")]
    public static partial void GatewaySilent(ILogger logger, IPEndPoint gateway);

    [LoggerMessage(EventId = 6108, Level = LogLevel.Information, Message = "The gateway at {Gateway} answers again")]
    public static partial void GatewayHeard(ILogger logger, IPEndPoint gateway);

    [LoggerMessage(EventId = 6109, Level = LogLevel.Warning,
        Message = "The cluster does not say which gateways it has, asking again until it does: meanwhile those that are known are used")]
    public static partial void GatewaysUnknown(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6110, Level = LogLevel.Information, Message = "A gateway joined: spreading over {Gateways}")]
    public static partial void Spreading(ILogger logger, string gateways);
}
