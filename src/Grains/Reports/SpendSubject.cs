using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Reports;

/// <summary>Of a request or a report, who acted, with what and for whom.</summary>
internal sealed record SpendSubject(
    AgentId? Agent = null, string? Provider = null, string? Model = null, SpendSubject.Whom? Attribution = null)
{
    /// <summary>What spend is summed by, beside the agent.</summary>
    public SpendAttributes Attributes => new(Provider, Model, Attribution?.CustomerId, Attribution?.Feature);

    /// <summary>Of the attribution, what spend is summed by.</summary>
    internal sealed record Whom(string? CustomerId = null, string? Feature = null);
}
