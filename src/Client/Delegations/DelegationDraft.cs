using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Authority that an agent passes on, without what the client fills in: who grants it. What is absent is passed on as the
/// parent permits it; nothing can be wider.
/// </summary>
/// <param name="To">The agent that is granted it.</param>
/// <param name="Parent">The delegation that is passed on: one that the granting agent was granted.</param>
public sealed record DelegationDraft(AgentId To, DelegationId Parent)
{
    /// <summary>Creates one from names.</summary>
    /// <param name="to">The agent that is granted it.</param>
    /// <param name="parent">The delegation that is passed on.</param>
    /// <exception cref="FormatException">One of them is not a name; see <see cref="NameSyntax"/>.</exception>
    public DelegationDraft(string to, string parent) : this(AgentId.Parse(to), DelegationId.Parse(parent))
    {
    }

    /// <summary>The agent that grants; <see cref="GenOpsClientOptions.Agent"/> if absent.</summary>
    public AgentId? From { get; init; }

    /// <summary>What may be done; all that the parent permits if absent.</summary>
    public Capabilities? Capabilities { get; init; }

    /// <summary>How much; all that the parent permits if absent.</summary>
    public DelegationLimits? Limits { get; init; }

    /// <summary>When it begins; at once if absent.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it ends; with the parent if neither this nor <see cref="ExpiresIn"/> is given.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// How long it lasts from the call on, by this machine's clock; above 0, and not together with <see cref="ExpiresAt"/>.
    /// A second call with the same draft moves the end.
    /// </summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>The condition under which a person has to approve first, such as <c>parameters.refundAmount &gt; 200</c>; never, by this delegation, if absent.</summary>
    public string? ApprovalWhen { get; init; }

    /// <summary>The group that the person must be in; any person who may approve if absent.</summary>
    public string? ApproverGroup { get; init; }

    /// <summary>The delegation, made at <paramref name="now"/>.</summary>
    /// <exception cref="InvalidRequestException">The end is given twice, or has passed.</exception>
    internal DelegationDefinition Complete(AgentId from, DateTimeOffset now)
    {
        if (ExpiresIn is not null && ExpiresAt is not null)
            throw new InvalidRequestException("expiresIn", "is another way to say expiresAt: give one of them");
        if (ExpiresIn is { } lasts && (lasts <= TimeSpan.Zero || lasts > DateTimeOffset.MaxValue - now))
            throw new InvalidRequestException("expiresIn", "must be above 0, and end before the year 10000");

        return new DelegationDefinition(
            Principal.Of(from), Principal.Of(To), Parent, Capabilities, Limits, NotBefore, ExpiresAt ?? now + ExpiresIn, ApprovalWhen, ApproverGroup);
    }
}
