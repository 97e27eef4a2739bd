using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Ids;

/// <summary>The id of one approval: <c>p-</c> and a UUIDv7. Budgets hold its money under that UUID.</summary>
[GenerateSerializer, Immutable, Alias("genops.ApprovalId")]
[JsonConverter(typeof(ParsableJsonConverter<ApprovalId>))]
public readonly record struct ApprovalId : IParsable<ApprovalId>
{
    private const string Prefix = "p-";

    /// <summary>The approval whose money is held under <paramref name="hold"/>.</summary>
    public ApprovalId(WorkloadId hold) => Hold = hold;

    /// <summary>The id under which budgets hold its money.</summary>
    [Id(0)]
    public WorkloadId Hold { get; }

    /// <summary>A new id, made at <paramref name="instant"/>.</summary>
    public static ApprovalId New(DateTimeOffset instant) => new(WorkloadId.New(instant));

    /// <inheritdoc cref="Parse(string, IFormatProvider?)"/>
    public static ApprovalId Parse(string s) =>
        TryParse(s, null, out var id) ? id : throw new FormatException("an approval's id is 'p-' and a UUIDv7, as a decision named it");

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">Not <c>p-</c> and a UUIDv7.</exception>
    public static ApprovalId Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ApprovalId result)
    {
        result = default;
        if (s is null || !s.StartsWith(Prefix, StringComparison.Ordinal) || !WorkloadId.TryParse(s[Prefix.Length..], provider, out var hold))
            return false;

        result = new ApprovalId(hold);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Prefix + Hold;
}
