using System.Text.RegularExpressions;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// The slow way to hold a request against a forest: walk up the parents of every delegation, list what each permits, name by
/// name, and intersect. It shares nothing with the evaluator but the definitions.
/// </summary>
internal sealed class AuthorityReference
{
    private readonly DelegationBook _book;
    private readonly Dictionary<DelegationId, Dictionary<string, HashSet<string>>> _permitted;

    public AuthorityReference(DelegationBook book)
    {
        _book = book;
        _permitted = book.All.ToDictionary(one => one.Id, one => Permitted(one.Definition.Capabilities ?? new Capabilities()));
    }

    /// <summary>What is said: who permits, with whose approval, or the code and the link that refuses.</summary>
    public string Answer(WorkloadRequest request, DateTimeOffset now, Func<Unit, Quantity?> cost)
    {
        var own = _book.All.Where(one => one.Definition.To.Value == "agent:" + request.Agent.Value).Select(one => Walk(one.Id)).ToList();
        if (own.Count == 0)
            return $"x_authority_missing by agent {request.Agent}";

        var permitting = own.Where(chain => Fault(chain, request, now, cost) is null).ToList();
        if (permitting.Count > 0)
        {
            var told = permitting.Select(chain => (Chain: chain, Asking: Asking(chain, request, cost))).ToList();
            return string.Join("; ", told
                .OrderBy(one => Math.Min(one.Asking.Count, 1))
                .ThenBy(one => one.Chain[^1].Id.Value, StringComparer.Ordinal)
                .Select(one => $"{string.Join('>', one.Chain.Select(link => link.Id))} approved by {Approvals(one.Asking)} in {Groups(one.Asking)}{Terms(one.Chain)}"));
        }

        return own
            .Select(chain => (Own: chain[^1].Id.Value, Fault: Fault(chain, request, now, cost)!.Value))
            .OrderBy(one => Array.IndexOf(["x_authority_expired", "x_authority_revoked", "x_agent_suspended"], one.Fault.Code))
            .ThenBy(one => one.Own, StringComparer.Ordinal)
            .Select(one => $"{one.Fault.Code} by {one.Fault.By}")
            .First();
    }

    /// <summary>A verdict in the same words.</summary>
    public static string Tell(AuthorityVerdict verdict) =>
        verdict.Fault is { } fault
            ? $"{fault.Code} by {fault.DeterminedBy}"
            : string.Join("; ", verdict.Permitting.Select(one =>
                $"{string.Join('>', one.Chain.Ids)} approved by {Approvals(one.Approvals)} in {string.Join(',', one.ApproverGroups.Order(StringComparer.Ordinal))}"
                + Terms(
                    one.Spend?.Unit,
                    one.Spend?.Links.Select(link => $"{link.Delegation}:{link.Limit}:{link.Period}:{link.Version}") ?? [],
                    one.MaxConcurrent, one.RequestsPerMinute, one.TokensPerMinute)));

    /// <summary>Whether a name is permitted by every link of a chain.</summary>
    public bool Permits(DelegationId id, string list, string name) => Walk(id).All(link => _permitted[link.Id][list].Contains(name));

    private static Dictionary<string, HashSet<string>> Permitted(Capabilities capabilities) => new()
    {
        ["operations"] = Names(AuthorityUniverse.Operations, capabilities.Operations),
        ["tools"] = Names(AuthorityUniverse.Tools, capabilities.Tools),
        ["providers"] = Names(AuthorityUniverse.Providers, capabilities.Providers),
        ["models"] = Names(AuthorityUniverse.Models, capabilities.Models),
        ["regions"] = Names(AuthorityUniverse.Regions, capabilities.Regions),
        ["data"] = Names(AuthorityUniverse.Classes, capabilities.Data),
    };

    private static HashSet<string> Names(string[] universe, IEnumerable<string>? patterns) =>
        patterns is null
            ? [.. universe]
            : [.. universe.Where(name => patterns.Any(pattern =>
                Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$")))];

    private static string Approvals(IEnumerable<Delegation> links) =>
        links.Any() ? string.Join(" and ", links.Select(link => link.Id)) : "nobody";

    private static string Groups(List<Delegation> links) =>
        string.Join(',', new SortedSet<string>(links.Select(link => link.Definition.ApproverGroup).Where(group => group is not null)!, StringComparer.Ordinal));

    private static List<Delegation> Asking(List<Delegation> chain, WorkloadRequest request, Func<Unit, Quantity?> cost) =>
        chain.FindAll(link => AuthorityUniverse.Conditions.Any(condition =>
            condition.Text == link.Definition.ApprovalWhen && condition.Holds(request, cost(Unit.Usd))));

    private static string Terms(List<Delegation> chain)
    {
        var limits = chain.Select(link => link.Definition.Limits).OfType<DelegationLimits>().ToList();
        return Terms(
            limits.Find(one => one.Spend is not null)?.Spend!.Unit,
            chain.Where(link => link.Definition.Limits?.Spend is not null).Select(link =>
                $"{link.Id}:{link.Definition.Limits!.Spend!.Quantity}:{link.Definition.Limits.Spend.Period ?? BudgetPeriod.None}:{link.Version}"),
            limits.Min(one => one.MaxConcurrent), limits.Min(one => one.RequestsPerMinute), limits.Min(one => one.TokensPerMinute));
    }

    private static string Terms(Unit? unit, IEnumerable<string> spends, int? concurrent, int? requests, long? tokens) =>
        $" in {unit?.Code}[{string.Join(',', spends)}] {concurrent}/{requests}/{tokens}";

    private List<Delegation> Walk(DelegationId id)
    {
        var links = new List<Delegation>();
        for (DelegationId? at = id; at is { } one;)
        {
            var link = _book.All.Single(other => other.Id == one);
            links.Insert(0, link);
            at = link.Definition.Parent;
        }

        return links;
    }

    private (string Code, string By)? Fault(List<Delegation> chain, WorkloadRequest request, DateTimeOffset now, Func<Unit, Quantity?> cost)
    {
        if (chain.Find(link => _book.IsSuspended(link.Definition.To)) is { } stopped)
            return ("x_agent_suspended", stopped.Definition.To.Value);

        var rules = new List<(string Code, Func<Delegation, bool> Holds)>
        {
            ("x_authority_revoked", link => link.Revoked is null),
            ("x_authority_expired", link => (link.Definition.NotBefore ?? DateTimeOffset.MinValue) <= now && now < (link.Definition.ExpiresAt ?? DateTimeOffset.MaxValue)),
        };
        foreach (var (code, list, names) in new (string, string, IEnumerable<string?>)[]
        {
            ("x_capability_denied", "operations", [request.Operation.Type]),
            ("x_tool_denied", "tools", [request.Tool]),
            ("x_provider_denied", "providers", [request.Provider]),
            ("POLICY_DENY_MODEL", "models", [request.Model]),
            ("POLICY_DENY_REGION", "regions", [request.Region]),
            ("x_data_denied", "data", request.DataClassifications ?? []),
        })
            rules.Add((code, link => names.All(name => name is null || _permitted[link.Id][list].Contains(name))));
        rules.Add((
            "x_cost_per_operation",
            link => link.Definition.Limits?.CostPerOperation is not { } limit || cost(limit.Unit) is { } estimate && estimate <= limit.Quantity));

        foreach (var (code, holds) in rules)
        {
            if (chain.Find(link => !holds(link)) is { } refusing)
                return (code, $"delegation {refusing.Id}");
        }

        return null;
    }
}
