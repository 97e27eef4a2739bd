using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>The name of a budget, which is a whole tree of scopes in one unit.</summary>
[GenerateSerializer, Immutable, Alias("genops.BudgetRoot")]
[JsonConverter(typeof(ParsableJsonConverter<BudgetRoot>))]
public readonly record struct BudgetRoot : IParsable<BudgetRoot>, IComparable<BudgetRoot>
{
    private BudgetRoot(string value) => Value = value;

    /// <summary>
    /// The tenant's built-in unlimited budget. A workload that no other budget covers draws 1 from it, so that every
    /// workload that executes holds a reservation somewhere (specification, section 3).
    /// </summary>
    public static BudgetRoot Requests { get; } = new("requests");

    /// <summary>The tree that counts what is spent on a delegation and on all that were made from it: <c>@</c> and its name.</summary>
    public static BudgetRoot Of(DelegationId delegation) => new("@" + delegation.Value);

    /// <summary>Whether a delegation made it, and no operator.</summary>
    public bool IsOfDelegation => Value.StartsWith('@');

    /// <summary>The delegation that made it; null for an operator's.</summary>
    public DelegationId? Delegation => IsOfDelegation ? DelegationId.Parse(Value[1..]) : null;

    /// <summary>The name.</summary>
    [Id(0)]
    public string Value { get; }

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static BudgetRoot Parse(string s) =>
        TryParse(s, null, out var root) ? root : throw new FormatException($"a budget name is {NameSyntax.Rule}");

    /// <summary>Reads a name, see <see cref="NameSyntax"/>, or a delegation's: <c>@</c> and its name.</summary>
    /// <exception cref="FormatException">It is not a name.</exception>
    public static BudgetRoot Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out BudgetRoot result)
    {
        var isName = s is not null && NameSyntax.IsValid(s.StartsWith('@') ? s.AsSpan(1) : s);
        result = isName ? new BudgetRoot(s!) : default;
        return result.Value is not null;
    }

    /// <summary>Ordinal: the order in which the trees of one decision are asked.</summary>
    public int CompareTo(BudgetRoot other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
