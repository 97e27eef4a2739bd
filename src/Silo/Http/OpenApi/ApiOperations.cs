using System.Text.Json.Nodes;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Reports;
using GenOps.ControlPlane.Silo.Access;
using GenOps.ControlPlane.Workloads;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GenOps.ControlPlane.Silo.Http.OpenApi;

/// <summary>What every operation says besides its own words: who may call it, its problems, its parameters' syntax.</summary>
internal static class ApiOperations
{
    private const string CutOffOnly = "Say what would be cut off, and change nothing.";

    private static readonly Dictionary<string, string> ParameterDescriptions = new(StringComparer.Ordinal)
    {
        ["after"] = "The name that the page starts behind: the next of the page before.",
        ["agent"] = "The agent.",
        ["approval"] = "The approval.",
        ["budget"] = "The budget.",
        ["by"] = "What spend is summed by. Required.",
        ["cacheReadTokens"] = "Of the input: read from a cache.",
        ["cacheWriteTokens"] = "Of the input: written to a cache.",
        ["currency"] = "The currency of the amount, an ISO 4217 code; that of the price if absent.",
        ["delegation"] = "The delegation.",
        ["delegations"] = "With the trees of delegations among them.",
        ["cursor"] = "Where the page starts: the next of the page before.",
        ["dryRun"] = "Decide and explain; hold and write nothing.",
        ["from"] = "At this instant or later.",
        ["id"] = "The workload's id, a UUIDv7.",
        ["inputTokens"] = "Tokens that go in, cached ones included.",
        ["keyId"] = "The key's id, which is no secret.",
        ["limit"] = "The most items of a page, from 1 to 1000; 100 if absent.",
        ["model"] = "The model. Required.",
        ["parent"] = "Made from this delegation.",
        ["outputTokens"] = "Tokens that come out.",
        ["period"] = "The kind of window; that of the scope's first limit in force if absent, and months for a scope without one.",
        ["provider"] = "The provider; found by the model if absent.",
        ["result"] = "Only decisions with this result: ALLOWED, BLOCKED, WARNING or RATE_LIMITED.",
        ["root"] = "The budget.",
        ["scope"] = "The scope below the budget's root; the root itself if absent. In a scope on demand the value is percent-encoded, "
            + "and the query encodes the whole once more: scope=nlp%2FcustomerId%3Da%2520b is nlp/customerId=a%20b, of the customer \"a b\".",
        ["state"] = "open or unresolved; open if absent.",
        ["status"] = "Only those that stand there; all if absent.",
        ["tenant"] = "The tenant.",
        ["to"] = "Before this instant.",
        ["workload"] = "About this workload.",
        ["closeAgent.dryRun"] = CutOffOnly,
        ["listDelegations.from"] = "Granted by this person or agent: user:NAME or agent:NAME.",
        ["listDelegations.to"] = "Granted to this agent: agent:NAME.",
        ["listEvidence.delegation"] = "About this delegation; not together with workload.",
        ["revokeDelegation.dryRun"] = CutOffOnly,
        ["revokeKey.dryRun"] = CutOffOnly,
        ["suspendAgent.dryRun"] = CutOffOnly,
        ["suspendTenant.dryRun"] = CutOffOnly,
        ["getBudgetHistory.from"] = "Windows that end after this instant.",
        ["getBudgetHistory.limit"] = "The most windows, the newest ones, from 1 to 1000; if absent 12, or with from all of them, at most 1000.",
        ["getBudgetHistory.to"] = "Windows that begin before this instant: the next of the page of later windows; the running one is the last if absent.",
        ["getSpend.from"] = "Reserved or used at this instant or later; if absent the beginning of the last instant's month, in UTC.",
        ["getSpend.limit"] = "The most items of each unit, from 1 to 1000; 10 if absent. The rest is one sum.",
        ["getSpend.to"] = "Reserved or used before this instant; now if absent.",
        ["getTopSpenders.from"] = "Reserved or used at this instant or later; if absent the beginning of the last instant's month, in the budget's calendar.",
        ["getTopSpenders.limit"] = "The most items, from 1 to 1000; 10 if absent. The rest is one sum.",
        ["getTopSpenders.to"] = "Reserved or used before this instant; now if absent.",
    };

    private static readonly Dictionary<string, Func<OpenApiSchema>> ParameterSchemas = new(StringComparer.Ordinal)
    {
        ["agent"] = () => ApiSchemas.TextSchema(typeof(AgentId)),
        ["approval"] = () => ApiSchemas.TextSchema(typeof(ApprovalId)),
        ["budget"] = () => ApiSchemas.TextSchema(typeof(BudgetRoot)),
        ["by"] = () => Words(EnumNames.Of(typeof(SpendDimension))),
        ["delegation"] = () => ApiSchemas.TextSchema(typeof(DelegationId)),
        ["from"] = Instant,
        ["id"] = () => ApiSchemas.TextSchema(typeof(WorkloadId)),
        ["period"] = () => Words(EnumNames.Of(typeof(BudgetPeriod))),
        ["result"] = () => Words(EnumNames.Of(typeof(DecisionResult))),
        ["root"] = () => ApiSchemas.TextSchema(typeof(BudgetRoot)),
        ["scope"] = () => ApiSchemas.TextSchema(typeof(ScopePath)),
        ["state"] = () => Words(["open", "unresolved"]),
        ["status"] = () => Words(EnumNames.Of(typeof(ApprovalState))),
        ["parent"] = () => ApiSchemas.TextSchema(typeof(DelegationId)),
        ["listBudgets.after"] = () => ApiSchemas.TextSchema(typeof(BudgetRoot)),
        ["listDelegations.after"] = () => ApiSchemas.TextSchema(typeof(DelegationId)),
        ["listDelegations.from"] = () => ApiSchemas.TextSchema(typeof(Principal)),
        ["listDelegations.to"] = () => ApiSchemas.TextSchema(typeof(Principal)),
        ["tenant"] = () => ApiSchemas.TextSchema(typeof(TenantId)),
        ["to"] = Instant,
        ["workload"] = () => ApiSchemas.TextSchema(typeof(WorkloadId)),
    };

    /// <summary>Describes one operation.</summary>
    public static async Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Description = ParameterDescriptions.GetValueOrDefault($"{operation.OperationId}.{parameter.Name}")
                ?? ParameterDescriptions[parameter.Name!];
            if (ParameterSchemas.TryGetValue($"{operation.OperationId}.{parameter.Name}", out var schema)
                || ParameterSchemas.TryGetValue(parameter.Name!, out schema))
                parameter.Schema = schema();
        }

        if (metadata.OfType<DryRunAnswer>().FirstOrDefault() is { } dryRun)
        {
            // The document's generator knows one answer for each status.
            var media = operation.Responses!["200"].Content!["application/json"];
            context.Document!.AddComponent(dryRun.Type.Name, await context.GetOrCreateSchemaAsync(dryRun.Type, null, cancellationToken));
            media.Schema = new OpenApiSchema
            {
                OneOf = [media.Schema!, new OpenApiSchemaReference(dryRun.Type.Name, context.Document)],
            };
        }

        var problem = await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken);
        context.Document!.AddComponent(nameof(Problem), problem);
        if (metadata.OfType<RequiredPermission>().FirstOrDefault() is { } required)
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(ApiDocument.KeyScheme, context.Document)] = [],
                },
            ];
            operation.Description += $" Needs the permission {required.Permission}.";
            Add("401", "No key, or one that is unknown, expired or revoked.");
            Add("403", "The key is for another tenant, agent or role.");
            Add("404", "There is no such tenant, or nothing of that name in it.");
        }

        Add("400", "The request is not valid; field names what is at fault.");
        if (metadata.OfType<IAcceptsMetadata>().Any())
        {
            Add("409", "The request contradicts what is recorded.");
            Add("413", "The body is too large.");
            Add("415", "The body is not sent as application/json.");
        }

        Add("503", "No answer now: send the same request again, after Retry-After.");

        void Add(string status, string description)
        {
            operation.Responses ??= [];
            operation.Responses[status] = new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problem.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document) },
                },
            };
        }
    }

    private static OpenApiSchema Instant() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    private static OpenApiSchema Words(IEnumerable<string> words) =>
        new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)word)] };
}
