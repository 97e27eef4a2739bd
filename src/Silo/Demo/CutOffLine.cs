using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>An agent that a revocation cut off.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Way">By whose word it acted, the person's first.</param>
/// <param name="Allowed">Its calls that were allowed, all of them before.</param>
/// <param name="Revoked">Its calls that were refused because the authority was gone.</param>
internal sealed record CutOffLine(AgentId Agent, string Way, int Allowed, int Revoked)
{
    /// <summary>The lines of a revocation, in the order in which the delegations were made.</summary>
    public static ImmutableArray<CutOffLine> Of(DelegationId revoked, GrantForest grants, ImmutableArray<CallOutcome> outcomes)
    {
        var calls = outcomes.ToLookup(outcome => outcome.Call.Agent);
        return
        [
            .. from grant in grants.All
               let chain = grants.ChainOf(grant.Id)
               where chain.Any(link => link.Id == revoked)
               let own = calls[grant.Grantee]
               where own.Any()
               select new CutOffLine(
                   grant.Grantee,
                   string.Join(" > ", chain.Select(link => link.Definition.From.Agent?.Value ?? link.Definition.From.Value).Append(grant.Grantee.Value)),
                   own.Count(outcome => outcome.Result.Admits()),
                   own.Count(outcome => outcome.ReasonCode == ReasonCodes.AuthorityRevoked)),
        ];
    }
}
