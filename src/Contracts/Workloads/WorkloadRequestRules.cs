using System.Text;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Json;

namespace GenOps.ControlPlane.Workloads;

/// <summary>
/// What every request must satisfy, whichever door it came through. Checked by the actor itself: a caller on the
/// Orleans gateway builds these objects without our parsers.
/// </summary>
public static class WorkloadRequestRules
{
    /// <summary>The longest attribute, in UTF-8 bytes.</summary>
    public const int TextBytesMax = 256;

    /// <summary>The most tokens that a count may name.</summary>
    public const long TokensMax = 1_000_000_000_000;

    /// <summary>Does nothing if <paramref name="request"/> is well formed.</summary>
    /// <exception cref="InvalidRequestException">It is not; the message names the field and how to fix it.</exception>
    public static void Require(WorkloadRequest request)
    {
        RequireName(request.Agent.Value, "agent");
        RequirePresent(request.Operation, "operation");
        RequirePresent(request.Attribution, "attribution");
        RequireText(request.Operation.Name, "operation.name");
        RequireText(request.Operation.Type, "operation.type");
        if (!Operation.Types.Contains(request.Operation.Type, StringComparer.Ordinal))
            throw new InvalidRequestException("operation.type", $"must be one of {string.Join(", ", Operation.Types)}");

        RequireText(request.Attribution.Team, "attribution.team");
        RequireText(request.Attribution.Project, "attribution.project");
        RequireText(request.Attribution.Environment, "attribution.environment");
        RequireOptional(request.Attribution.CustomerId, "attribution.customerId");
        RequireOptional(request.Attribution.Feature, "attribution.feature");
        RequireOptional(request.Attribution.SessionId, "attribution.sessionId");
        RequireOptional(request.Attribution.CostCenter, "attribution.costCenter");
        RequireOptional(request.Provider, "provider");
        RequireOptional(request.Model, "model");
        RequireOptional(request.Region, "region");
        RequireOptional(request.Tool, "tool");
        if (request.Approval is { } approval && !Ids.ApprovalId.TryParse(approval, null, out _))
            throw new InvalidRequestException("approval", "is p- and a UUIDv7, as a decision named it");
        RequireOptional(request.Traceparent, "traceparent");

        if (request.DataClassifications is { IsDefault: false } classes)
        {
            RequireCount(classes.Length, 32, "dataClassifications");
            for (var i = 0; i < classes.Length; i++)
                RequireText(classes[i], $"dataClassifications[{i}]");
        }

        if (request.Parameters is { } parameters)
        {
            RequireCount(parameters.Count, 64, "parameters");
            foreach (var (name, value) in parameters)
            {
                RequireText(name, "parameters: a name");
                RequirePresent(value, $"parameters.{name}");
                if (value.Text is { } text)
                    RequireLength(text, $"parameters.{name}");
            }
        }

        if (request.Estimate is { } estimate)
            Require(estimate);

        if (request.TtlSeconds is < 1 or > WorkloadRequest.TtlSecondsMax)
            throw new InvalidRequestException("ttlSeconds", $"must be from 1 to {WorkloadRequest.TtlSecondsMax}");

        if (request.Sla is { } sla)
        {
            RequireText(sla.Tier, "sla.tier");
            if (sla.LatencyTargetMs is < 1 or > 86_400_000)
                throw new InvalidRequestException("sla.latencyTargetMs", "must be from 1 to 86400000");
        }

        if (request.MinEpoch is { Value: < 0 })
            throw new InvalidRequestException("minEpoch", "must be 0 or more");
    }

    /// <summary>Does nothing if <paramref name="id"/> may be used at <paramref name="now"/>.</summary>
    /// <exception cref="InvalidRequestException"><c>invalid_id</c>: not a UUIDv7, or made more than <paramref name="skewMax"/> ahead.</exception>
    public static void RequireId(Ids.WorkloadId id, DateTimeOffset now, TimeSpan skewMax)
    {
        if (id.Value.Version != 7)
            throw new InvalidRequestException("id", "must be a UUIDv7", "invalid_id");
        if (id.MadeAt > now + skewMax)
        {
            throw new InvalidRequestException(
                "id", $"was made at {id.MadeAt:O}, more than {skewMax.TotalMinutes:0} minutes ahead of this clock; check the client's", "invalid_id");
        }
    }

    /// <summary>Does nothing if <paramref name="usage"/> is well formed.</summary>
    /// <exception cref="InvalidRequestException">It is not.</exception>
    public static void Require(TokenUsage usage, string field = "usage")
    {
        foreach (var (name, count) in usage.Classes)
            RequireTokens(count, $"{field}.{name}");

        if (checked(usage.CacheReadTokens + usage.CacheWriteTokens) > usage.InputTokens)
            throw new InvalidRequestException(
                $"{field}.inputTokens", "includes the cached ones, so it is at least cacheReadTokens + cacheWriteTokens");
    }

    /// <summary>Does nothing if <paramref name="reconciliation"/> is well formed.</summary>
    /// <exception cref="InvalidRequestException">It is not.</exception>
    public static void Require(Reconciliation reconciliation)
    {
        if (reconciliation.Usage is { } usage)
            Require(usage);
        if (reconciliation.Actual is { IsDefault: false } actual)
            RequireAmounts(actual, "actual");
        if (reconciliation.LatencyMs is < 0)
            throw new InvalidRequestException("latencyMs", "must be 0 or more");
        RequireOptional(reconciliation.ResponseModel, "responseModel");
    }

    /// <summary>Does nothing if <paramref name="text"/> may be an attribute's value.</summary>
    /// <exception cref="InvalidRequestException">It is missing, empty, too long, or not text.</exception>
    public static void RequireText(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new InvalidRequestException(field, "is required and must not be empty");
        RequireLength(text, field);
    }

    /// <summary>Like <see cref="RequireText"/>, and absent is fine.</summary>
    public static void RequireOptional(string? text, string field)
    {
        if (text is not null)
            RequireText(text, field);
    }

    private static void Require(Estimate estimate)
    {
        if (estimate.InputTokens is { } input)
            RequireTokens(input, "estimate.inputTokens");
        if (estimate.MaxOutputTokens is { } output)
            RequireTokens(output, "estimate.maxOutputTokens");
        if (!estimate.Amounts.IsDefaultOrEmpty)
            RequireAmounts(estimate.Amounts, "estimate");
    }

    private static void RequireAmounts(System.Collections.Immutable.ImmutableArray<Amount> amounts, string field)
    {
        RequireCount(amounts.Length, 16, field);
        var limit = Quantity.FromUnits(1_000_000_000_000_000_000);
        for (var i = 0; i < amounts.Length; i++)
        {
            RequirePresent(amounts[i], $"{field}[{i}]");
            if (!Unit.TryParse(amounts[i].Unit.Code, null, out _))
                throw new InvalidRequestException($"{field}[{i}].unit", "is not a unit");
            if (amounts[i].Quantity.IsNegative || amounts[i].Quantity >= limit)
                throw new InvalidRequestException($"{field}[{i}].amount", "must be 0 or more, and less than 1e18");
            for (var j = 0; j < i; j++)
            {
                if (amounts[j].Unit == amounts[i].Unit)
                    throw new InvalidRequestException($"{field}[{i}].unit", $"{amounts[i].Unit} is named twice");
            }
        }
    }

    private static void RequireTokens(long count, string field)
    {
        if (count is < 0 or > TokensMax)
            throw new InvalidRequestException(field, $"must be a whole number from 0 to {TokensMax}");
    }

    private static void RequireCount(int count, int most, string field)
    {
        if (count > most)
            throw new InvalidRequestException(field, $"has {count} items; at most {most} are taken");
    }

    private static void RequireName(string? name, string field)
    {
        if (!Ids.NameSyntax.IsValid(name))
            throw new InvalidRequestException(field, $"is {Ids.NameSyntax.Rule}");
    }

    private static void RequirePresent(object? value, string field)
    {
        if (value is null)
            throw new InvalidRequestException(field, "is required");
    }

    private static void RequireLength(string text, string field)
    {
        if (JsonText.Fault(text) is { } fault)
            throw new InvalidRequestException(field, fault);
        if (Encoding.UTF8.GetByteCount(text) > TextBytesMax)
            throw new InvalidRequestException(field, $"is longer than {TextBytesMax} bytes of UTF-8");
    }
}
