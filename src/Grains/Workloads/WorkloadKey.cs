using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Workloads;

/// <summary>A workload, as one incarnation of the ledger knows it.</summary>
internal readonly record struct WorkloadKey(Guid Ledger, TenantId Tenant, WorkloadId Id);
