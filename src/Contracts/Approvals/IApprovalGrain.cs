using GenOps.ControlPlane.Ids;
using Orleans.CodeGeneration;

namespace GenOps.ControlPlane.Approvals;

/// <summary>One human decision; its key is <see cref="Key"/>. Only agents' actors and the HTTP API call it.</summary>
[Alias("genops.IApprovalGrain"), Version(1)]
public interface IApprovalGrain : IGrainWithStringKey
{
    /// <summary>The grain key, which is also the ledger stream.</summary>
    static string Key(TenantId tenant, ApprovalId approval) => $"p/{tenant}/{approval}";

    /// <summary>Puts the question to people. Again is fine: the first question stays.</summary>
    [Alias("Request")]
    Task<ApprovalView> RequestAsync(ApprovalRequest request);

    /// <summary>
    /// Notes that <paramref name="asker"/>'s credential asked for the same action: nobody approves what they asked for. Once
    /// somebody has decided it changes nothing; nor does an agent, who never approves. Again is fine.
    /// </summary>
    /// <exception cref="Errors.NotFoundException"><c>approval_not_found</c>.</exception>
    [Alias("Join")]
    Task<ApprovalView> JoinAsync(Principal asker);

    /// <summary>The approval as it stands; null if nobody asked for it.</summary>
    [Alias("Get")]
    Task<ApprovalView?> GetAsync();

    /// <summary>Lets the action run, once. Again by the same person is fine.</summary>
    /// <exception cref="Errors.NotFoundException"><c>approval_not_found</c>.</exception>
    /// <exception cref="Errors.AccessDeniedException">An agent, who asked for it, or one outside a group.</exception>
    /// <exception cref="Errors.ConflictException"><c>approval_decided</c>: decided by another or otherwise; <c>approval_expired</c>.</exception>
    [Alias("Approve")]
    Task<ApprovalView> ApproveAsync(string reason, Approver approver);

    /// <summary>Refuses, and gives back what was held. Again by the same person is fine.</summary>
    /// <exception cref="Errors.NotFoundException"><c>approval_not_found</c>.</exception>
    /// <exception cref="Errors.AccessDeniedException">An agent, who asked for it, or one outside a group.</exception>
    /// <exception cref="Errors.ConflictException"><c>approval_decided</c>: decided by another or otherwise; <c>approval_expired</c>.</exception>
    [Alias("Deny")]
    Task<ApprovalView> DenyAsync(string reason, Approver approver);

    /// <summary>
    /// Notes that <paramref name="workload"/> was allowed on it. That it is allowed once only does not depend on this: the
    /// budget that decides gives the approval's hold to one workload.
    /// </summary>
    [Alias("MarkUsed")]
    Task MarkUsedAsync(WorkloadId workload);
}
