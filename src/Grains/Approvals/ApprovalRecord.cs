using System.Collections.Immutable;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Approvals;

/// <summary>One human decision: what was asked, what a person said, and which workload was allowed on it.</summary>
/// <param name="id">Its id.</param>
public sealed class ApprovalRecord(ApprovalId id) : ILedgeredState
{
    private const int ImageVersion = 1;

    /// <summary>What is to be approved; null if nobody asked.</summary>
    public ApprovalRequest? Asked { get; private set; }

    /// <summary>What a person decided; null if nobody did.</summary>
    public ApprovalDecision? Decision { get; private set; }

    /// <summary>The workload that was allowed on it; null if none was.</summary>
    public WorkloadId? UsedBy { get; private set; }

    /// <summary>The people who asked for the same action, too, before anybody decided; in that order, each once.</summary>
    public ImmutableArray<Principal> AlsoAskedBy { get; private set; } = [];

    /// <inheritdoc/>
    public int Weight => 1;

    /// <summary>The approval as the ledger has it; null if nobody asked for it.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public static async Task<ApprovalRecord?> FindAsync(
        ILedgerReader reader, TenantId tenant, ApprovalId id, CancellationToken cancellationToken = default)
    {
        var record = new ApprovalRecord(id);
        try
        {
            await foreach (var entry in reader.ReadStreamAsync(new StreamId(IApprovalGrain.Key(tenant, id)), 0, cancellationToken))
                record.Apply(EntryText.Read(entry), entry.At);
        }
        catch (Exception error) when (error is not (GenOpsException or OperationCanceledException))
        {
            throw UnavailableException.Unreachable($"the ledger can't be read: {error.Message}");
        }

        return record.Asked is null ? null : record;
    }

    /// <summary>Where it stands: what nobody decided, and what nobody used, ends by the clock.</summary>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    public ApprovalState StateAt(DateTimeOffset now)
    {
        var asked = Require();
        return UsedBy is not null ? ApprovalState.Used
            : Decision is { Approves: false } ? ApprovalState.Denied
            : asked.ExpiresAt <= now ? ApprovalState.Expired
            : Decision is null ? ApprovalState.Pending
            : ApprovalState.Approved;
    }

    /// <summary>It as it stands.</summary>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    public ApprovalView View(DateTimeOffset now) =>
        new(id, StateAt(now), Require(), Decision?.By, Decision?.At, Decision?.Reason, UsedBy, AlsoAskedBy);

    /// <summary>The event that asks; null if somebody has: the first question stays.</summary>
    public ApprovalRequested? Request(ApprovalRequest request) =>
        Asked is null ? new ApprovalRequested(request.Workload, request.Request.Agent, request) : null;

    /// <summary>
    /// The event that notes who else asked; null if that is noted, if somebody has decided or nobody can any more, or for an
    /// agent, who never decides.
    /// </summary>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    public ApprovalJoined? Join(Principal asker, DateTimeOffset now)
    {
        var asked = Require();
        return asker.IsAgent || HasAsked(asked, asker) || StateAt(now) != ApprovalState.Pending
            ? null
            : new ApprovalJoined(asked.Workload, asked.Request.Agent, asker);
    }

    /// <summary>The event that decides; null if this person has decided just that.</summary>
    /// <param name="approves">Whether the action may run.</param>
    /// <param name="reason">Why.</param>
    /// <param name="approver">Who says so.</param>
    /// <param name="now">The instant.</param>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    /// <exception cref="AccessDeniedException">An agent, who asked for it, or one outside a group.</exception>
    /// <exception cref="ConflictException"><c>approval_decided</c>: decided by another or otherwise; <c>approval_expired</c>.</exception>
    public LedgerEvent? Decide(bool approves, string reason, Approver approver, DateTimeOffset now)
    {
        var asked = Require();
        RequireApprover(asked, approver);
        if (Decision is { } decision)
        {
            if (decision.Approves == approves && decision.By == approver.Principal)
                return null;

            var what = decision.Approves ? "approved" : "denied";
            throw new ConflictException("approval_decided", $"the approval {id} was {what} by {decision.By} at {decision.At:O}: a decision stays what it is");
        }

        if (asked.ExpiresAt <= now)
        {
            throw new ConflictException(
                "approval_expired", $"the approval {id} ended at {asked.ExpiresAt:O} without a decision; the agent has to ask again");
        }

        return approves
            ? new ApprovalApproved(asked.Workload, asked.Request.Agent, reason, approver.Principal)
            : new ApprovalDenied(asked.Workload, asked.Request.Agent, reason, approver.Principal);
    }

    /// <summary>The event that notes its use; null if it is noted.</summary>
    /// <exception cref="NotFoundException"><c>approval_not_found</c>.</exception>
    public ApprovalUsed? Use(WorkloadId workload)
    {
        var asked = Require();
        return UsedBy == workload ? null : new ApprovalUsed(asked.Workload, asked.Request.Agent, workload);
    }

    /// <inheritdoc/>
    public void Verify(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case ApprovalRequested when Asked is not null:
                throw new InvariantViolationException($"the approval {id} is asked for twice");
            case ApprovalJoined joined when Decision is not null:
                throw new InvariantViolationException($"{joined.By} asks for the approval {id}, which is decided");
            case ApprovalApproved or ApprovalDenied when Decision is not null:
                throw new InvariantViolationException($"the approval {id} is decided twice");
            case ApprovalUsed used when Decision is not { Approves: true }:
                throw new InvariantViolationException($"the approval {id} is used by {used.UsedBy}, and nobody approved");
            case ApprovalUsed used when UsedBy is { } first:
                throw new InvariantViolationException($"the approval {id} is used by {used.UsedBy}, and was by {first}");
        }
    }

    /// <inheritdoc/>
    public void Apply(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case ApprovalRequested requested:
                Asked = requested.Asked;
                break;

            case ApprovalJoined joined:
                AlsoAskedBy = AlsoAskedBy.Add(joined.By);
                break;

            case ApprovalApproved approved:
                Decision = new ApprovalDecision(true, approved.By, at, approved.Reason);
                break;

            case ApprovalDenied denied:
                Decision = new ApprovalDecision(false, denied.By, at, denied.Reason);
                break;

            case ApprovalUsed used:
                UsedBy = used.UsedBy;
                break;

            default:
                throw new InvalidDataException($"{content.GetType().Name} is no event of an approval");
        }
    }

    /// <inheritdoc/>
    public byte[] Save() => SnapshotJson.Save(ImageVersion, new Image(Asked, Decision, UsedBy, AlsoAskedBy.IsEmpty ? null : AlsoAskedBy));

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        var image = SnapshotJson.Restore<Image>(ImageVersion, bytes);
        Asked = image.Asked;
        Decision = image.Decision;
        UsedBy = image.UsedBy;
        AlsoAskedBy = image.AlsoAskedBy ?? [];
    }

    private void RequireApprover(ApprovalRequest asked, Approver approver)
    {
        if (approver.Principal.IsAgent)
            throw AccessDeniedException.Forbidden($"{approver.Principal} is an agent: only a person decides");
        if (HasAsked(asked, approver.Principal))
            throw AccessDeniedException.Forbidden($"{approver.Principal} asked for it, and nobody decides about what they asked for: another person has to");

        var groups = approver.Groups is { IsDefault: false } named ? named : [];
        if (asked.ApproverGroups.FirstOrDefault(group => !groups.Contains(group, StringComparer.Ordinal)) is not { } missing)
            return;

        throw AccessDeniedException.Forbidden(asked.ApproverGroups.Length == 1
            ? $"{approver.Principal} is not in the group {missing}, one of whose people has to decide"
            : $"{approver.Principal} is not in the group {missing}: whoever decides has to be in each of {string.Join(", ", asked.ApproverGroups)}");
    }

    private bool HasAsked(ApprovalRequest asked, Principal principal) => asked.RequestedBy == principal || AlsoAskedBy.Contains(principal);

    private ApprovalRequest Require() =>
        Asked ?? throw new NotFoundException("approval_not_found", $"there is no approval {id} in this tenant");

    private sealed record Image(ApprovalRequest? Asked, ApprovalDecision? Decision, WorkloadId? UsedBy, ImmutableArray<Principal>? AlsoAskedBy);
}
