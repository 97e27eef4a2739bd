using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>Which entries a reader wants; null means any.</summary>
/// <param name="Tenant">Of this tenant.</param>
/// <param name="Stream">Of this stream.</param>
/// <param name="Workload">About this workload; needs <paramref name="Tenant"/>.</param>
/// <param name="From">At this instant or later.</param>
/// <param name="To">Before this instant.</param>
/// <param name="AuthorityOnly">Of <see cref="LedgerKinds.OfAuthority"/> alone; for a tenant it reads nothing else.</param>
/// <param name="IncludeUnsettled">
/// Also what is durable while something with an earlier place is still being committed. Such a page is no place to go on
/// from: what commits late would be skipped.
/// </param>
public sealed record EntryFilter(
    TenantId? Tenant = null,
    StreamId? Stream = null,
    WorkloadId? Workload = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    bool AuthorityOnly = false,
    bool IncludeUnsettled = false);
