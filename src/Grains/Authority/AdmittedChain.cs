using System.Collections.Immutable;
using GenOps.ControlPlane.Budgets;

namespace GenOps.ControlPlane.Authority;

/// <summary>A chain that permits a request, as far as authority alone can tell.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Approvals">The links whose conditions ask for a person, the topmost first; empty if none does.</param>
/// <param name="Spend">The limits of spend along it; null if there are none.</param>
/// <param name="MaxConcurrent">The least of its links; null for no limit.</param>
/// <param name="RequestsPerMinute">The least of its links; null for no limit.</param>
/// <param name="TokensPerMinute">The least of its links; null for no limit.</param>
public sealed record AdmittedChain(
    AuthorityChain Chain, ImmutableArray<Delegation> Approvals, SpendChain? Spend, int? MaxConcurrent, int? RequestsPerMinute, long? TokensPerMinute)
{
    /// <summary>The topmost link whose condition asks for a person; null if none does.</summary>
    public Delegation? Approval => Approvals.IsEmpty ? null : Approvals[0];

    /// <summary>The groups that a person must be in to approve, all of them, each once, the topmost link's first; empty for any person.</summary>
    public ImmutableArray<string> ApproverGroups => [.. Approvals.Select(link => link.Definition.ApproverGroup).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The condition that asks for a person: that of the link, or those of all the links joined by <c>and</c>; null if none does.</summary>
    public string? ApprovalCondition
    {
        get
        {
            string[] texts = [.. Approvals.Select(link => link.ApprovalWhen!.Text).Distinct(StringComparer.Ordinal)];
            return texts.Length switch
            {
                0 => null,
                1 => texts[0],
                _ => string.Join(" and ", texts.Select(text => $"({text})")),
            };
        }
    }

    /// <summary>Whether somebody who is in all of <paramref name="groups"/> is in every group that has to approve.</summary>
    public bool IsCoveredBy(ImmutableArray<string> groups) => ApproverGroups.All(group => groups.Contains(group, StringComparer.Ordinal));
}
