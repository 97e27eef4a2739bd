using System.Collections.Immutable;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Throttling;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Agents;

/// <summary>An agent: what it draws from and whether it may act.</summary>
/// <param name="agent">Its name.</param>
public sealed class AgentRecord(AgentId agent) : ILedgeredState
{
    private const int ImageVersion = 3;

    private AgentDefinition? _definition;

    /// <summary>Whether it is registered.</summary>
    public bool Exists => _definition is not null && State != AgentState.Closed;

    /// <summary>Whether it was ever registered: what it spent then is recorded also after it was removed.</summary>
    public bool WasRegistered => _definition is not null;

    /// <summary>Whether it may act.</summary>
    public AgentState State => Authority.State;

    /// <summary>Whether it may act, and what it was granted.</summary>
    public AgentAuthority Authority { get; private set; } = AgentAuthority.None;

    /// <summary>How much it may do at once and in a minute; null for no limit of its own.</summary>
    public AgentLimits? Limits => _definition?.Limits;

    /// <summary>What it draws from, in the order in which the budgets are asked; the built-in one if nothing is bound.</summary>
    public ImmutableArray<BudgetBinding> Bindings { get; private set; } = [];

    /// <summary>Whether it draws from budgets of its own choice, and not just from the built-in one.</summary>
    public bool IsBound => _definition?.Budgets is { IsDefaultOrEmpty: false };

    /// <summary>Why it may not act; null if it may.</summary>
    public string? Refusal => State == AgentState.Suspended ? $"the agent {agent} is suspended: {Authority.Suspension}" : null;

    /// <summary>The approvals that its actions wait for.</summary>
    public ApprovalClaims Claims { get; } = new();

    /// <inheritdoc/>
    public int Weight => 1 + Authority.Delegations.Length + Claims.Count;

    /// <summary>The agent as it stands.</summary>
    public AgentView View() =>
        new(agent, State, State == AgentState.Suspended ? Authority.Suspension : null, _definition?.Budgets ?? [], _definition?.Limits);

    /// <summary>The event that defines it; null if nothing would change.</summary>
    /// <exception cref="InvalidRequestException">The definition is not valid.</exception>
    public AgentDefined? Define(AgentDefinition definition, Principal by)
    {
        var budgets = definition.Budgets is { IsDefault: false } bound ? bound : [];
        if (budgets.Length > AgentDefinition.BudgetsMax)
            throw new InvalidRequestException("budgets", $"has {budgets.Length} items; at most {AgentDefinition.BudgetsMax} are taken");

        for (var i = 0; i < budgets.Length; i++)
        {
            if (budgets[i] is not { } binding || !NameSyntax.IsValid(binding.Root.Value))
                throw new InvalidRequestException($"budgets[{i}].root", $"is {NameSyntax.Rule}");
            if (!ScopePath.TryParse(binding.Scope.Value, null, out _))
                throw new InvalidRequestException($"budgets[{i}].scope", "is names joined by '/'");

            // Nothing would ever be admitted.
            if (binding.Scope.IsOnDemand)
            {
                var attribute = binding.Scope.Name[..binding.Scope.Name.IndexOf('=', StringComparison.Ordinal)];
                var above = binding.Scope.Parent is { IsRoot: false } parent ? parent.Value : "the root";
                throw new InvalidRequestException(
                    $"budgets[{i}].scope",
                    $"{binding.Scope} is a scope on demand, made by a workload that states its {attribute}: bind the scope above it, {above}");
            }

            if (budgets.Take(i).Any(before => before.Root == binding.Root))
                throw new InvalidRequestException($"budgets[{i}].root", $"{binding.Root} is bound twice");
        }

        RequirePositive("limits.maxConcurrent", definition.Limits?.MaxConcurrent);
        RequirePositive("limits.requestsPerMinute", definition.Limits?.RequestsPerMinute);
        RequirePositive("limits.tokensPerMinute", definition.Limits?.TokensPerMinute);
        return Exists && ContentHash.Of(definition) == ContentHash.Of(_definition!) ? null : new AgentDefined(definition, by);
    }

    /// <summary>The event that suspends it; null if it is.</summary>
    public AgentSuspended? Suspend(string reason, Principal by) =>
        State == AgentState.Active ? new AgentSuspended(reason, by) : null;

    /// <summary>The event that removes it; null if it was removed.</summary>
    public AgentClosed? Close(Principal by) => State == AgentState.Closed ? null : new AgentClosed(by);

    /// <summary>The event that resumes it; null if it is active.</summary>
    public AgentResumed? Resume(string reason, Principal by) =>
        State == AgentState.Suspended ? new AgentResumed(reason, by) : null;

    /// <inheritdoc/>
    public void Verify(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case DelegationGranted granted:
                Require(Authority.Find(granted.Delegation) is null, $"the delegation {granted.Delegation} is made twice");
                Require(granted.Definition.To == Principal.Of(agent), $"the delegation {granted.Delegation} to {granted.Definition.To} is none of {agent}'s");
                break;

            case DelegationChanged changed:
                Require(Authority.Find(changed.Delegation) is { Revoked: null }, $"the delegation {changed.Delegation} is changed after its end");
                break;

            case DelegationRevoked revoked:
                Require(Authority.Find(revoked.Delegation) is { Revoked: null }, $"the delegation {revoked.Delegation} is revoked twice");
                break;
        }
    }

    /// <inheritdoc/>
    public void Apply(LedgerEvent content, DateTimeOffset at)
    {
        switch (content)
        {
            case AgentDefined defined:
                _definition = defined.Definition;
                Bindings = Order(defined.Definition);
                break;

            case WorkloadRefused { Decision: { ReasonCode: ReasonCodes.ApprovalRequired, Approval: { } approval, ExpiresAt: { } expiresAt } } waiting:
                Claims.Add(new ApprovalClaim(waiting.Hash, ApprovalId.Parse(approval), expiresAt), at);
                break;

            case AgentSuspended or AgentResumed or AgentClosed or DelegationGranted or DelegationChanged or DelegationRevoked
                or WorkloadRefused or WorkloadsRateLimited:
                break;

            default:
                throw new InvalidDataException($"{content.GetType().Name} is no event of an agent");
        }

        Authority = Authority.After(content, at);
    }

    /// <inheritdoc/>
    public byte[] Save() => SnapshotJson.Save(ImageVersion, new Image(_definition, Authority.IsRegistered, State, Authority.Suspension, Authority.Delegations, Claims.All));

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> bytes)
    {
        var image = SnapshotJson.Restore<Image>(ImageVersion, bytes);
        _definition = image.Definition;
        Authority = AgentAuthority.Of(image.IsRegistered, image.State, image.Suspension, image.Delegations);
        if (_definition is { } definition)
            Bindings = Order(definition);
        foreach (var claim in image.Claims)
            Claims.Add(claim, DateTimeOffset.MinValue);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new InvariantViolationException(message);
    }

    private static void RequirePositive(string field, long? limit)
    {
        if (limit < 1)
            throw new InvalidRequestException(field, "must be 1 or more; leave it out for no limit, and suspend the agent to stop it");
    }

    private static ImmutableArray<BudgetBinding> Order(AgentDefinition definition) =>
        definition.Budgets is { IsDefaultOrEmpty: false } bound
            ? bound.Sort((left, right) => left.Root.CompareTo(right.Root))
            : [new BudgetBinding(BudgetRoot.Requests)];

    private sealed record Image(
        AgentDefinition? Definition, bool IsRegistered, AgentState State, string? Suspension, ImmutableArray<Delegation> Delegations, ImmutableArray<ApprovalClaim> Claims);
}
