using System.Collections.Immutable;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

// How an agent asks the budgets in name order, and authority once more before anybody is told.
public sealed partial class AgentGrain
{
    /// <summary>Asks the budgets in name order; the last one's entry is the decision.</summary>
    private async Task<(Decision Decision, bool Replayed, Epoch Epoch)> ReserveAsync(DecisionPlan plan)
    {
        var id = plan.Id;
        var held = ImmutableArray<Reservation>.Empty;
        var last = plan.Draws[^1].Root;
        var epoch = plan.CheckedAt;
        var warning = plan.Warning;
        for (var i = 0; ; i++)
        {
            var draw = plan.Draws[i];
            var root = draw.Root;
            ReserveReply reply;
            try
            {
                reply = await Budget(root).ReserveAsync(new ReserveCommand(
                    id, plan.Request, plan.Hash, draw.Scope, draw.Charge, plan.CheckedAt, root == last ? null : last, held, plan.DryRun, warning,
                    plan.Chain?.Chain.Ids, draw.Spend, plan.Approval));
            }
            catch (ConflictException)
            {
                // The id belongs to something else: what was held for it here belongs to nobody.
                foreach (var reservation in held)
                    await GiveBackAsync(id, reservation.Budget, DecidedElsewhere);
                throw;
            }

            epoch = reply.Epoch;
            if (reply.Decided)
            {
                if (!plan.DryRun)
                    await GiveBackAsync(id, held, reply.Decision);
                return (reply.Decision, reply.Replayed, epoch);
            }

            held = held.AddRange(reply.Decision.Reservations);
            if (reply.Decision is { Result: DecisionResult.Warning, ReasonCode: { } code })
                warning ??= new DecisionWarning(code, reply.Decision.Reason!, reply.Decision.DeterminedBy!);
            if (root == last)
            {
                if (plan.DryRun)
                    throw UnavailableException.Unreachable($"the workload {id} is being decided elsewhere; ask about a new id");

                var recorded = await EndEarlierAttemptAsync(id);
                await GiveBackAsync(id, held, recorded);
                return (recorded, true, epoch);
            }
        }
    }

    /// <summary>
    /// The agent was bound anew between two attempts: the budget that is to decide now holds for an earlier attempt that
    /// another one was to decide. That one says now, and for ever, whether it did.
    /// </summary>
    private async Task<Decision> EndEarlierAttemptAsync(WorkloadId id)
    {
        if (await workloads.FindAsync(Tenant, id) is { Decision: null, CommitsIn: { } commitsIn })
            await Budget(commitsIn).ResolveHoldAsync(id, commitsIn);
        return (await workloads.FindAsync(Tenant, id))?.Decision
            ?? throw UnavailableException.Unreachable($"the workload {id} is being decided elsewhere; send the same request again");
    }

    /// <summary>Gives back what was held in vain: the decision was a refusal, or was made another way.</summary>
    private async Task GiveBackAsync(WorkloadId id, ImmutableArray<Reservation> held, Decision decision)
    {
        foreach (var reservation in held)
        {
            if (!decision.Result.Admits() || decision.Reservations.All(counted => counted.Budget != reservation.Budget))
                await GiveBackAsync(id, reservation.Budget, decision.ReasonCode ?? DecidedElsewhere);
        }
    }

    private async Task GiveBackAsync(WorkloadId id, WorkloadRecord record, Decision refusal)
    {
        foreach (var (root, holding) in record.Holdings)
        {
            if (holding.IsHeld)
                await GiveBackAsync(id, root, refusal.ReasonCode ?? DecidedElsewhere);
        }
    }

    private async Task GiveBackAsync(WorkloadId id, BudgetRoot root, string reason)
    {
        try
        {
            await Budget(root).ReleaseAsync(id, ReleaseCause.Refused, reason);
        }
        catch (Exception error) when (error is UnavailableException or TimeoutException or SiloUnavailableException)
        {
            // The hold expires and then asks the budget that decided.
            AgentGrainLog.HoldLeft(logger, error, Stream, root, id);
        }
    }

    /// <summary>
    /// The check that makes an acknowledged revocation true: the reservation's own commit brought the epoch. If it is
    /// newer than the one that authority was checked at, the silo catches up and checks again before anybody is told.
    /// </summary>
    private async Task<Decision> ConfirmAsync(DecisionPlan plan, Decision decision, bool replayed, Epoch epoch)
    {
        var id = plan.Id;
        if (replayed)
            return await ReplayAsync(id, plan.Request, decision, plan.Caller);
        if (epoch == plan.CheckedAt)
            return decision;

        // A lower one is that of a ledger that was put back.
        if (epoch > plan.CheckedAt)
            await Watch.CatchUpAsync(epoch);
        else
            await Watch.RefreshAsync();
        var check = await CheckAuthorityAsync(plan.Request, plan.Caller, decision.Chain);
        var fault = check.Refusal ?? Superseded(plan, check);
        if (fault is null)
            return decision;

        // Its reservation is in the ledger, and in whatever the decision tells.
        var refusal = Refusal(id, fault, check.CheckedAt) with { Reservations = decision.Reservations, Chain = decision.Chain };

        // The budget that decided goes first. If its hold has ended meanwhile, the recorded decision stays what it was.
        if (!await Budget(decision.Reservations[^1].Budget).WithdrawAsync(id, refusal))
            throw AuthorityRevoked(id, refusal.Reason);

        await GiveBackAsync(id, decision.Reservations[..^1], refusal);
        return refusal;
    }

    /// <summary>
    /// What the decision went by and was changed before it was final, although authority as such still stands. Whoever was
    /// told of the change must find it heeded; null if there is nothing of the kind.
    /// </summary>
    private static AuthorityFault? Superseded(DecisionPlan plan, AuthorityCheck check)
    {
        if (!check.Bindings.AsSpan().SequenceEqual(plan.Bindings.AsSpan()))
            return Changed($"what the agent {plan.Request.Agent} draws from", $"agent {plan.Request.Agent}");
        if (plan.Chain is not { } stoodOn)
            return null;

        // Only a tenant that observes comes here without the chain.
        var own = stoodOn.Chain.Ids[^1];
        if (check.Permitting is not [var now, ..])
            return Changed($"the chain of the delegation {own}", $"delegation {own}");
        if (plan.Approval is null && now.Approval is { } link)
        {
            return new AuthorityFault(
                ReasonCodes.ApprovalRequired, $"a person has to approve since a moment ago, because of the condition {now.ApprovalCondition}; ask with a new id", $"delegation {link.Id}");
        }

        if (plan.Approval is not null && !now.IsCoveredBy(stoodOn.ApproverGroups))
            return Changed("who has to approve", $"delegation {own}");

        foreach (var (before, after) in stoodOn.Chain.Links.Zip(now.Chain.Links))
        {
            // Of what was changed, the rest is looked at anew; limits of spend and who approves were taken into account before.
            if (before.Version != after.Version && after.Definition.Limits?.Spend is not null)
                return Changed($"the delegation {after.Id}", $"delegation {after.Id}");
        }

        return null;

        static AuthorityFault Changed(string what, string determinedBy) => new(
            ReasonCodes.AuthorityChanged, $"{what} was changed while this was decided; ask again with a new id", determinedBy);
    }
}
