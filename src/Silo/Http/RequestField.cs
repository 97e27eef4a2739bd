using System.Globalization;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Silo.Http;

/// <summary>Reads the fields of a path and of a query.</summary>
internal static class RequestField
{
    private const int TextLengthMax = 4096;

    /// <summary>Reads a validated value.</summary>
    /// <exception cref="InvalidRequestException">It is not one; the message says what it must be.</exception>
    public static T Parse<T>(string field, string? text) where T : IParsable<T>
    {
        try
        {
            return T.Parse(text ?? "", CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw typeof(T) == typeof(WorkloadId)
                ? new InvalidRequestException(field, error.Message, "invalid_id")
                : new InvalidRequestException(field, error.Message);
        }
    }

    /// <summary>One of an enumeration's words; null if it is absent.</summary>
    public static T? Word<T>(string field, string? text) where T : struct, Enum =>
        text is null
            ? null
            : EnumNames.Find<T>(text)
                ?? throw new InvalidRequestException(field, $"must be one of {string.Join(", ", EnumNames.Of(typeof(T)))}");

    /// <summary>The size of a page.</summary>
    public static int Limit(int? limit, int standard, int most) =>
        limit is null ? standard
        : limit >= 1 && limit <= most ? limit.Value
        : throw new InvalidRequestException("limit", $"must be from 1 to {most}");

    /// <summary>A count.</summary>
    public static long Count(string field, long? count, long most) =>
        count is null ? 0
        : count >= 0 && count <= most ? count.Value
        : throw new InvalidRequestException(field, $"must be a whole number from 0 to {most}");

    /// <summary>Throws if <paramref name="text"/> is not a <paramref name="type"/>.</summary>
    /// <exception cref="InvalidRequestException">It is not.</exception>
    public static void Require(string field, string text, Type type)
    {
        if (text.Length > TextLengthMax)
            throw new InvalidRequestException(field, $"is longer than {TextLengthMax} characters");
        if (JsonText.Fault(text) is { } fault)
            throw new InvalidRequestException(field, fault);

        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(TenantId))
            Parse<TenantId>(field, text);
        else if (type == typeof(AgentId))
            Parse<AgentId>(field, text);
        else if (type == typeof(BudgetRoot))
            Parse<BudgetRoot>(field, text);
        else if (type == typeof(ScopePath))
            Parse<ScopePath>(field, text);
        else if (type == typeof(DelegationId))
            Parse<DelegationId>(field, text);
        else if (type == typeof(Principal))
            Parse<Principal>(field, text);
        else if (type == typeof(WorkloadId))
            Parse<WorkloadId>(field, text);
        else if (type == typeof(ApprovalId))
            Parse<ApprovalId>(field, text);
        else if (type == typeof(int) && !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            || type == typeof(long) && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw new InvalidRequestException(field, "must be a whole number");
        else if (type == typeof(bool) && text is not ("true" or "false"))
            throw new InvalidRequestException(field, "must be true or false");
        else if (type == typeof(DateTimeOffset) && !IsInstant(text))
            throw new InvalidRequestException(field, "must be an RFC 3339 time such as 2026-11-23T08:00:00Z");
    }

    private static bool IsInstant(string text) =>
        text.Length is >= 20 and <= 40 && text[10] == 'T' && (text[^1] == 'Z' || text[^6] is '+' or '-')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
}
