using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Agents;

// Being written: replaced within the hour.
public sealed partial class AgentGrain
{
    public Task<DelegationView> PutDelegationAsync(DelegationId id, DelegationDefinition definition, Principal by) => throw new NotSupportedException();
    public Task<DelegationView> GetDelegationAsync(DelegationId id) => throw new NotSupportedException();
    public Task<AuthorityChange> RevokeDelegationAsync(DelegationId id, string reason, Principal by) => throw new NotSupportedException();
    public Task<DelegationChainView> GetChainAsync(DelegationId id) => throw new NotSupportedException();
    public Task<DelegationView> DelegateAsync(DelegationId id, DelegationDefinition definition) => throw new NotSupportedException();
    public Task<AuthorityChange> EndDelegationAsync(DelegationId id, string reason) => throw new NotSupportedException();
    public Task<ApprovalView> GetApprovalAsync(ApprovalId id) => throw new NotSupportedException();
    public Task<ImmutableArray<WorkloadId>> ListRevokedAsync(ImmutableArray<WorkloadId> workloads) => throw new NotSupportedException();
}
