using CsCheck;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>A step in the life of a forest of delegations.</summary>
/// <param name="Kind">0 to 11: to pass one on most often, to make a root, to change, to revoke, to suspend.</param>
/// <param name="Target">Which delegation: that of this rank, counted round.</param>
/// <param name="To">Which agent.</param>
/// <param name="Grant">What is granted.</param>
internal sealed record DelegationStep(int Kind, int Target, int To, DelegationDefinition Grant)
{
    public static readonly Gen<DelegationStep> Gen =
        CsCheck.Gen.Select(
            CsCheck.Gen.Int[0, 29], CsCheck.Gen.Int[0, 99], CsCheck.Gen.Int[0, AuthorityUniverse.Agents.Length - 1], AuthorityUniverse.GenGrant,
            (kind, target, to, grant) => new DelegationStep(kind, target, to, grant));

    /// <summary>Does it, if the rules permit; whether they do.</summary>
    public bool Do(DelegationBook book)
    {
        try
        {
            var agent = AuthorityUniverse.Agents[To];
            var id = $"d{book.All.Count * 7 % 100:00}-{book.All.Count}";
            if (Kind < 5 || book.All.Count == 0)
            {
                book.Put(id, Grant with { From = DelegationBook.Maria, To = Principal.Parse($"agent:{agent}") });
                return true;
            }

            var target = book.All.ElementAt(Target % book.All.Count);
            if (Kind < 20)
                book.Put(id, Grant with { From = target.Definition.To, To = Principal.Parse($"agent:{agent}"), Parent = target.Id });
            else if (Kind < 27)
                book.Put(target.Id.Value, Changed(target.Definition));
            else if (Kind < 29)
                book.Revoke(target.Id.Value);
            else
                book.Suspend(agent);
            return true;
        }
        catch (GenOpsException)
        {
            return false;
        }
    }

    // What is fixed stays, so that not every change is refused.
    private DelegationDefinition Changed(DelegationDefinition before)
    {
        var limits = Grant.Limits ?? new DelegationLimits();
        var spend = before.Limits?.Spend is { } counted ? counted with { Quantity = limits.Spend?.Quantity ?? counted.Quantity } : null;
        return Grant with { From = before.From, To = before.To, Parent = before.Parent, Limits = limits with { Spend = spend } };
    }
}
