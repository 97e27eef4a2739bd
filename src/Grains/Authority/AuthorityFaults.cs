using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority;

/// <summary>The sentences of refusals: what was asked, what the chain permits, which link decides, how to mend it.</summary>
internal static class AuthorityFaults
{
    /// <summary>How many names of a list are told.</summary>
    public const int NamesMax = 8;

    /// <summary>Nobody granted the agent anything.</summary>
    public static AuthorityFault NothingGranted(AgentId agent) => new(
        ReasonCodes.AuthorityMissing,
        $"agent {agent} was granted nothing, and what is not granted is refused; have a person, or an agent that may, delegate to agent:{agent}",
        $"agent {agent}");

    /// <summary>What a link passes on is not there.</summary>
    public static AuthorityFault ParentMissing(Delegation link) => new(
        ReasonCodes.AuthorityMissing,
        $"{Name(link)} passes on {(link.Definition.Parent is { } parent ? $"delegation {parent}" : "authority of its own")}, which {link.Definition.From} was not granted; have a new one made",
        By(link));

    /// <summary>The chain has no links: the delegation itself is not there.</summary>
    public static AuthorityFault NoLinks(AgentId agent) => new(
        ReasonCodes.AuthorityMissing, $"a delegation to agent {agent} is not there any more; have a new one made", $"agent {agent}");

    /// <summary>A link was taken away.</summary>
    public static AuthorityFault Revoked(Delegation link, DelegationEnd end) => new(
        ReasonCodes.AuthorityRevoked,
        $"{Name(link)} was revoked at {At(end.At)} by {end.By}: {end.Reason}; it stays revoked, have a new one made",
        By(link));

    /// <summary>A link has not begun.</summary>
    public static AuthorityFault NotYet(Delegation link, DateTimeOffset begin) => new(
        ReasonCodes.AuthorityExpired,
        $"{Name(link)} begins at {At(begin)}; ask again then, or have its grantor let it begin earlier",
        By(link));

    /// <summary>A link is over.</summary>
    public static AuthorityFault Expired(Delegation link, DateTimeOffset end) => new(
        ReasonCodes.AuthorityExpired, $"{Name(link)} expired at {At(end)}; have its grantor let it end later", By(link));

    /// <summary>A link does not permit what was asked for.</summary>
    public static AuthorityFault Denied(Delegation link, CapabilityKind kind, string asked, ImmutableArray<string> permitted) => new(
        kind.Code,
        permitted.IsEmpty
            ? $"the {kind.Noun} {asked} is not permitted: {Name(link)} permits no {kind.Noun} at all; have its grantor widen it"
            : $"the {kind.Noun} {asked} is not permitted: {Name(link)} permits {List(permitted)}; ask for {(permitted.Length == 1 ? "that" : "one of these")}, or have its grantor widen it",
        By(link));

    /// <summary>A link does not permit a workload to cost so much.</summary>
    public static AuthorityFault TooCostly(Delegation link, Amount limit, Quantity cost) => new(
        ReasonCodes.CostPerOperation,
        $"an estimated cost of {cost} {limit.Unit} is not permitted: {Name(link)} permits at most {limit} per operation; ask for less, or have its grantor raise it",
        By(link));

    /// <summary>A link limits what a workload costs, and nobody knows it.</summary>
    public static AuthorityFault CostUnknown(Delegation link, Amount limit) => new(
        ReasonCodes.CostPerOperation,
        $"nobody can tell what this costs in {limit.Unit}, and {Name(link)} permits at most {limit} per operation; name a model that has a price, or state an amount in {limit.Unit}",
        By(link));

    /// <summary>The first names of a list, for people.</summary>
    public static string List(ImmutableArray<string> names) =>
        names.Length <= NamesMax
            ? string.Join(", ", names)
            : $"{string.Join(", ", names.Take(NamesMax))} and {names.Length - NamesMax} more";

    /// <summary>An instant, for people.</summary>
    public static string At(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static string Name(Delegation link) => $"delegation {link.Id} from {link.Definition.From} to {link.Definition.To}";

    private static string By(Delegation link) => $"delegation {link.Id}";
}
