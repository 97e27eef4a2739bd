using System.Text.Json.Serialization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Authority.Conditions;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>A delegation as the ledger has it. Immutable: an actor's state and every cache share one object.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Definition">What it grants.</param>
/// <param name="Version">How often it was defined, from 1.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="MadeBy">Who made it.</param>
/// <param name="Revoked">How it ended; null if nobody revoked it.</param>
public sealed record Delegation(
    DelegationId Id, DelegationDefinition Definition, int Version, DateTimeOffset MadeAt, Principal MadeBy, DelegationEnd? Revoked = null)
{
    /// <summary>What it grants.</summary>
    public DelegationDefinition Definition
    {
        get;
        init
        {
            field = value;
            ApprovalWhen = ReadCondition(value);
        }
    } = Definition;

    /// <summary>The condition under which a person has to approve; null for none.</summary>
    [JsonIgnore]
    public Condition? ApprovalWhen { get; private init; } = ReadCondition(Definition);

    /// <summary>The unit of <c>cost</c> in the condition of a definition: that of its limit per operation, else of its limit of spend, else USD.</summary>
    public static Unit CostUnit(DelegationDefinition definition) =>
        definition.Limits?.CostPerOperation?.Unit ?? definition.Limits?.Spend?.Unit ?? Unit.Usd;

    /// <summary>Where it stands by itself.</summary>
    public DelegationState StateAt(DateTimeOffset now) =>
        Revoked is not null ? DelegationState.Revoked
        : Definition.NotBefore > now ? DelegationState.NotYet
        : Definition.ExpiresAt <= now ? DelegationState.Expired
        : DelegationState.Active;

    /// <summary>It as it stands.</summary>
    public DelegationView View(DateTimeOffset now) => new(
        Id, Definition.From, Definition.To, Definition.Parent, Definition.Capabilities, Definition.Limits, Definition.NotBefore,
        Definition.ExpiresAt, Definition.ApprovalWhen, Definition.ApproverGroup, StateAt(now), Version, MadeAt, MadeBy,
        Revoked?.At, Revoked?.By, Revoked?.Reason);

    private static Condition? ReadCondition(DelegationDefinition definition) =>
        definition.ApprovalWhen is { } text ? Condition.Read(text, CostUnit(definition)) : null;
}
