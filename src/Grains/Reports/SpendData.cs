using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Reports;

/// <summary>
/// Of every kind of entry that moves money, the members that say how: reading only these takes a fraction of the time
/// that the whole event takes, most of which is the request and the decision.
/// </summary>
internal sealed record SpendData(
    ScopePath? Scope = null,
    ImmutableArray<ScopePath>? OnDemand = null,
    DateTimeOffset? ReservedAt = null,
    DateTimeOffset? ChargedAt = null,
    WorkloadState? From = null,
    Quantity? Amount = null,
    Quantity? Reserved = null,
    Quantity? Actual = null,
    Quantity? Overrun = null,
    DateTimeOffset? Until = null,
    AgentId? Agent = null,
    SpendAttributes? Attributes = null,
    SpendSubject? Request = null,
    SpendSubject? Report = null);
