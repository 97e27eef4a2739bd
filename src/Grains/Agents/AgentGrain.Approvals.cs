using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// What a person has to approve first. The agent's own entry says which approval an action waits for, the approval's stream
// what a person said, and the budget that decides gives the approval's money to one workload.
public sealed partial class AgentGrain
{
    private const string AskedInVain = "nobody was asked";

    /// <summary>The actions that people are being asked about: however often an action is asked for, it is one approval.</summary>
    private readonly Dictionary<ContentHash, Task> _asking = [];

    /// <inheritdoc/>
    public async Task<ApprovalView> GetApprovalAsync(ApprovalId id)
    {
        if (id.Hold.Value.Version != 7)
            throw new InvalidRequestException("id", "is p- and a UUIDv7, as a decision named it");
        return await Approval(id).GetAsync() is { } view && view.Asked.Request.Agent == Agent
            ? view
            : throw new NotFoundException("approval_not_found", $"the agent {Agent} asked for no approval {id}");
    }

    /// <summary>
    /// The approval that the action is allowed on; neither if it needs none; or the decision, which is recorded unless it
    /// is a dry run: it waits for a person, or the approval that it names is not good.
    /// </summary>
    private async Task<(ApprovalUse? Use, Decision? Decision)> ApproveAsync(DecisionPlan plan)
    {
        if (plan.Request.Approval is { } named)
            return await UseAsync(plan, ApprovalId.Parse(named));
        return plan.Chain is { Approval: not null } chain ? (null, await AskAsync(plan, chain)) : (null, null);
    }

    /// <summary>Whether the approval that the approver granted is good for just this; the budgets see to it that it is used once.</summary>
    private async Task<(ApprovalUse? Use, Decision? Decision)> UseAsync(DecisionPlan plan, ApprovalId id)
    {
        var view = await Approval(id).GetAsync();
        if (view is not null && view.Asked.Request.Agent == Agent && view.Asked.Hash == plan.Hash)
            view = await JoinAsync(plan, view);
        var refusal = view is null ? Invalid($"there is no approval {id}")
            : view.Asked.Request.Agent != Agent || view.Asked.Hash != plan.Hash ? Invalid($"the approval {id} is for another action, or for another agent's")
            : view.State switch
            {
                ApprovalState.Used when view.UsedBy == plan.Id => null,
                ApprovalState.Used => Refusal(plan.Id, ReasonCodes.ApprovalUsed, $"the approval {id} was used by the workload {view.UsedBy}, and is good for one", $"approval {id}", plan.CheckedAt),
                ApprovalState.Denied => Denied(plan, view),
                ApprovalState.Expired => Refusal(plan.Id, ReasonCodes.ApprovalExpired, $"the approval {id} ended at {view.Asked.ExpiresAt:O}; ask again without it", $"approval {id}", plan.CheckedAt),
                ApprovalState.Pending => Waits(plan, id, view.Asked.ExpiresAt, $"nobody has decided about the approval {id} yet; wait for it", $"delegation {view.Asked.Delegation}"),
                _ when view.DecidedBy == plan.Caller?.Principal => Invalid($"the approval {id} was given by {view.DecidedBy}, whose key asks: another person has to approve, or to ask"),
                _ when plan.Chain is { } chain && !chain.IsCoveredBy(view.Asked.ApproverGroups) => Invalid($"the approval {id} was given before another group had to: ask again without it"),
                _ => null,
            };

        return refusal is null
            ? (new ApprovalUse(id, view!.Asked.ExpiresAt), null)
            : (null, await RefusedAsync(plan.Request, plan.Hash, refusal, plan.DryRun));

        Decision Invalid(string reason) => Refusal(plan.Id, ReasonCodes.ApprovalInvalid, reason, $"approval {id}", plan.CheckedAt);
    }

    /// <summary>What to tell an action that a person has to approve: the approval that it waits for already, or a new one.</summary>
    private async Task<Decision> AskAsync(DecisionPlan plan, AdmittedChain chain)
    {
        while (true)
        {
            if (_asking.TryGetValue(plan.Hash, out var asking) && !asking.IsCompleted)
            {
                // That it fails is for whoever asks.
                await Task.WhenAny(asking);
                continue;
            }

            await ReadyAsync();
            var claim = State.Claims.Find(plan.Hash, Now);
            var view = claim is null ? null : await Approval(claim.Approval).GetAsync();
            if (view is not null)
                view = await JoinAsync(plan, view);
            if (view is not null && await StandingAsync(plan, chain, view) is { } standing)
                return await RefusedAsync(plan.Request, plan.Hash, standing, plan.DryRun);
            if (plan.DryRun)
                return Refusal(plan.Id, ReasonCodes.ApprovalRequired, $"a person has to approve, because of the condition {chain.ApprovalCondition}", $"delegation {chain.Approval!.Id}", plan.CheckedAt);

            await ReadyAsync();
            if (_asking.TryGetValue(plan.Hash, out asking) && !asking.IsCompleted || State.Claims.Find(plan.Hash, Now) != claim)
                continue;

            var asked = view is null && claim is not null ? AskAgainAsync(plan, chain, claim) : AskNewAsync(plan, chain, view);
            _asking[plan.Hash] = asked;
            try
            {
                return await asked;
            }
            finally
            {
                if (_asking.GetValueOrDefault(plan.Hash) == asked)
                    _asking.Remove(plan.Hash);
            }
        }
    }

    /// <summary>What the approval that an action was told of says to it; null if that is over, and people are to be asked anew.</summary>
    private async Task<Decision?> StandingAsync(DecisionPlan plan, AdmittedChain chain, ApprovalView view) => view.State switch
    {
        ApprovalState.Denied => Denied(plan, view),
        ApprovalState.Pending when IsAskedOfNoMore(view, chain) => Waits(
            plan, view.Id, view.Asked.ExpiresAt, $"the approval {view.Id} of this action waits for a person; once it is given, ask with a new id and name it", $"delegation {view.Asked.Delegation}"),
        ApprovalState.Approved when chain.IsCoveredBy(view.Asked.ApproverGroups) && await IsHeldAsync(plan, view) => Waits(
            plan, view.Id, view.Asked.ExpiresAt, $"{view.DecidedBy} approved this action: ask with a new id, and name the approval {view.Id}", $"delegation {view.Asked.Delegation}"),
        _ => null,
    };

    /// <summary>
    /// Whether the budget that would decide still holds for the approval. Not so if a workload was allowed on it and nobody
    /// lived to note that, or if the agent was bound anew.
    /// </summary>
    private async Task<bool> IsHeldAsync(DecisionPlan plan, ApprovalView view)
    {
        var last = plan.Draws[^1];
        if (view.Asked.Held.All(held => held.Budget != last.Root))
            return false;

        var reply = await Budget(last.Root).ReserveAsync(Hold(plan, last, view.Id, view.Asked.ExpiresAt) with { DryRun = true });
        return !reply.Replayed || reply.Decision.Result.Admits();
    }

    /// <summary>Asks people about an action that they were to be asked about when the agent's process ended.</summary>
    private async Task<Decision> AskAgainAsync(DecisionPlan plan, AdmittedChain chain, ApprovalClaim claim)
    {
        var (held, refusal) = await HoldAsync(plan, claim.Approval, claim.ExpiresAt);
        if (refusal is null)
            return await PutAsync(plan, chain, claim, held);

        await GiveBackAsync(claim.Approval, plan.Draws.Select(draw => draw.Root));
        return await AskNewAsync(plan, chain, null);
    }

    /// <param name="plan">What authority permits.</param>
    /// <param name="chain">The chain, a condition of which asks for a person.</param>
    /// <param name="before">An approval that is over, and still may hold something; null for none.</param>
    private async Task<Decision> AskNewAsync(DecisionPlan plan, AdmittedChain chain, ApprovalView? before)
    {
        if (before is not null)
            await GiveBackAsync(before.Id, before.Asked.Held.Select(held => held.Budget));
        await ReadyAsync();
        var now = Now;
        var most = approvalOptions.Value.PerAgentMax;
        if (State.Claims.Count + _asking.Count >= most && State.Claims.CountAt(now) + _asking.Count >= most)
        {
            return await RefuseAsync(plan.Request, plan.Hash, Refusal(
                plan.Id, ReasonCodes.ApprovalRequired,
                $"a person has to approve, and {most} approvals of this agent have not ended, which is the most: ask again once one has", $"delegation {chain.Approval!.Id}", plan.CheckedAt));
        }

        var claim = new ApprovalClaim(plan.Hash, ApprovalId.New(now), now + approvalOptions.Value.Lifetime);
        var (held, refusal) = await HoldAsync(plan, claim.Approval, claim.ExpiresAt);
        if (refusal is not null)
            return await RefuseAsync(plan.Request, plan.Hash, refusal);

        try
        {
            var decision = await PutAsync(plan, chain, claim, held);
            if (decision.Approval != claim.Approval.ToString())
                await GiveBackAsync(claim.Approval, held.Select(reservation => reservation.Budget));
            return decision;
        }
        catch (UnavailableException)
        {
            // Either the entry is not there, or people were not asked. Asked again, the action is held for anew.
            await ReadyAsync();
            if (State.Claims.Find(plan.Hash, Now) != claim)
                await GiveBackAsync(claim.Approval, held.Select(reservation => reservation.Budget));
            throw;
        }
    }

    /// <summary>Records that the action waits, and only then asks people: what they see, the agent knows.</summary>
    private async Task<Decision> PutAsync(DecisionPlan plan, AdmittedChain chain, ApprovalClaim claim, ImmutableArray<Reservation> held)
    {
        var condition = chain.ApprovalCondition!;
        var decision = await RefuseAsync(plan.Request, plan.Hash, Waits(
            plan, claim.Approval, claim.ExpiresAt,
            $"a person has to approve, because of the condition {condition}; once the approval {claim.Approval} is given, ask with a new id and name it", $"delegation {chain.Approval!.Id}"));
        if (decision.Approval == claim.Approval.ToString())
        {
            await Approval(claim.Approval).RequestAsync(new ApprovalRequest(
                plan.Id, plan.Request with { Id = plan.Id }, plan.Hash, chain.Approval!.Id, condition, chain.ApproverGroups,
                plan.Caller?.Principal ?? Principal.Of(Agent), Now, claim.ExpiresAt, held));
        }

        return decision;
    }

    /// <summary>Holds the money for an approval in every budget of the decision, or in none.</summary>
    private async Task<(ImmutableArray<Reservation> Held, Decision? Refusal)> HoldAsync(DecisionPlan plan, ApprovalId approval, DateTimeOffset until)
    {
        var held = ImmutableArray<Reservation>.Empty;
        for (var i = 0; i < plan.Draws.Length; i++)
        {
            ReserveReply reply;
            try
            {
                reply = await Budget(plan.Draws[i].Root).ReserveAsync(Hold(plan, plan.Draws[i], approval, until));
            }
            catch (Exception)
            {
                // Perhaps it holds, and only its answer was lost.
                await GiveBackAsync(approval, plan.Draws.Take(i + 1).Select(draw => draw.Root));
                throw;
            }

            if (reply.Decided)
            {
                await GiveBackAsync(approval, held.Select(reservation => reservation.Budget));
                return ([], reply.Decision with { Id = plan.Id, Reservations = [], ExpiresAt = null });
            }

            held = held.AddRange(reply.Decision.Reservations);
        }

        return (held, null);
    }

    private static ReserveCommand Hold(DecisionPlan plan, BudgetDraw draw, ApprovalId approval, DateTimeOffset until) => new(
        approval.Hold, plan.Request, plan.Hash, draw.Scope, draw.Charge, plan.CheckedAt, null, [], Chain: plan.Chain?.Chain.Ids, Spend: draw.Spend,
        HoldUntil: until);

    private async Task GiveBackAsync(ApprovalId approval, IEnumerable<BudgetRoot> roots)
    {
        foreach (var root in roots)
            await GiveBackAsync(approval.Hold, root, AskedInVain);
    }

    /// <summary>Whether a recorded decision waits for people who were never asked: the process ended in between.</summary>
    private async Task<bool> IsUnaskedAsync(Decision recorded) =>
        recorded is { ReasonCode: ReasonCodes.ApprovalRequired, Approval: { } approval, ExpiresAt: { } expiresAt } && expiresAt > Now
        && await Approval(ApprovalId.Parse(approval)).GetAsync() is null;

    /// <summary>Notes at the approval that it is used. The budget that decided has seen to it that it is so once.</summary>
    private async Task NoteUsedAsync(Decision decision)
    {
        if (decision.Approval is not { } named || !decision.Result.Admits())
            return;

        var approval = ApprovalId.Parse(named);
        try
        {
            await Approval(approval).MarkUsedAsync(decision.Id);
        }
        catch (Exception error) when (error is UnavailableException or TimeoutException or SiloUnavailableException)
        {
            AgentGrainLog.UseNotNoted(logger, error, Stream, approval, decision.Id);
        }
    }

    private IApprovalGrain Approval(ApprovalId id) => grains.Find<IApprovalGrain>(IApprovalGrain.Key(Tenant, id));

    /// <summary>
    /// Whether a person can give the approval who could give a new one. One that waits for more groups than have to approve
    /// now may wait for somebody whom there isn't.
    /// </summary>
    private static bool IsAskedOfNoMore(ApprovalView view, AdmittedChain chain) =>
        chain.IsCoveredBy(view.Asked.ApproverGroups) && chain.ApproverGroups.Length == view.Asked.ApproverGroups.Length;

    /// <summary>
    /// Notes who else is told of an approval that nobody has decided about, before they are: nobody approves what they asked for.
    /// </summary>
    private async Task<ApprovalView> JoinAsync(DecisionPlan plan, ApprovalView view) =>
        view.State == ApprovalState.Pending && !plan.DryRun && plan.Caller?.Principal is { IsAgent: false } asker && !view.IsAskedBy(asker)
            ? await Approval(view.Id).JoinAsync(asker)
            : view;

    private static Decision Waits(DecisionPlan plan, ApprovalId approval, DateTimeOffset until, string reason, string determinedBy) =>
        Refusal(plan.Id, ReasonCodes.ApprovalRequired, reason, determinedBy, plan.CheckedAt) with
        {
            Approval = approval.ToString(),
            ExpiresAt = until,
            Chain = plan.Chain?.Chain.Ids,
        };

    private static Decision Denied(DecisionPlan plan, ApprovalView view) => Refusal(
        plan.Id, ReasonCodes.ApprovalDenied, $"{view.DecidedBy} denied exactly this action until {view.Asked.ExpiresAt:O}: {view.Reason}", $"approval {view.Id}", plan.CheckedAt);
}
