using System.Text.Json;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// Proves from the history alone, without the ledger, that nothing was allowed on authority whose end had been
/// acknowledged before the call began.
/// </summary>
public sealed class AuthorityAudit
{
    private readonly Dictionary<(string Tenant, string Delegation), Call> _grants = [];
    private readonly Dictionary<(string Tenant, string Delegation), TimeSpan> _revoked = [];
    private readonly Dictionary<(string Tenant, string Agent), List<Call>> _switches = [];
    private readonly List<Call> _allowed = [];

    /// <summary>Reads a history.</summary>
    public AuthorityAudit(IEnumerable<Call> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        foreach (var call in calls)
        {
            var subject = (call.Tenant, call.Subject);
            switch (call.Kind)
            {
                // The first attempt may be the one that arrived.
                case CallKind.Grant:
                    if (!_grants.TryGetValue(subject, out var known) || call.Began < known.Began)
                        _grants[subject] = call;
                    break;
                case CallKind.Revoke when call.IsAcknowledged:
                    if (!_revoked.TryGetValue(subject, out var ended) || call.Ended < ended)
                        _revoked[subject] = call.Ended;
                    Revocations++;
                    break;
                case CallKind.Suspend or CallKind.Resume:
                    if (!_switches.TryGetValue((call.Tenant, call.Agent), out var switches))
                        _switches.Add((call.Tenant, call.Agent), switches = []);
                    switches.Add(call);
                    Suspensions += call is { Kind: CallKind.Suspend, IsAcknowledged: true } ? 1 : 0;
                    break;
                default:
                    if (call.IsAllowed)
                        _allowed.Add(call);
                    break;
            }
        }
    }

    /// <summary>How many revocations were acknowledged.</summary>
    public int Revocations { get; }

    /// <summary>How many suspensions were acknowledged.</summary>
    public int Suspensions { get; }

    /// <summary>How many answers that allowed something were looked at.</summary>
    public int Allowances => _allowed.Count;

    /// <summary>Answers that must not have been given.</summary>
    public IEnumerable<string> FindAllowedAfterTheEnd()
    {
        foreach (var call in _allowed)
        {
            if (FaultOf(call) is { } fault)
                yield return $"{call.Subject} of {call.Agent} was allowed through {call.Door} in [{call.Began}, {call.Ended}]: {fault}";
        }
    }

    private string? FaultOf(Call call)
    {
        if (!MayHaveActed(call))
            return $"{call.Agent} was suspended";
        if (Chain(call.Answer!) is not { Count: > 0 } chain)
            return "it names no delegation";

        string? above = null;
        foreach (var link in chain)
        {
            if (!_grants.TryGetValue((call.Tenant, link), out var grant) || grant.Began > call.Ended || grant.From != above)
                return $"nobody granted {link} below {above ?? "a person"}";
            if (_revoked.TryGetValue((call.Tenant, link), out var ended) && ended < call.Began)
                return $"{link} was revoked at {ended}";
            above = link;
        }

        var last = _grants[(call.Tenant, chain[^1])];
        return last.Agent == call.Agent ? null : $"{chain[^1]} was granted to {last.Agent}";
    }

    /// <summary>
    /// Whether the agent may have been active at any instant of the call: by its beginning, or by a resumption that no
    /// acknowledged suspension surely followed. One that was not acknowledged may happen at any time after it began.
    /// </summary>
    private bool MayHaveActed(Call call)
    {
        if (!_switches.TryGetValue((call.Tenant, call.Agent), out var switches))
            return true;

        var suspended = switches.Where(write => write.Kind == CallKind.Suspend && write.IsAcknowledged && write.Ended < call.Began).ToArray();
        return suspended.Length == 0
            || switches.Any(write => write.Kind == CallKind.Resume && write.Began <= call.Ended
                && (!write.IsAcknowledged || !Array.Exists(suspended, later => later.Began > write.Ended)));
    }

    private static List<string> Chain(string answer)
    {
        using var document = JsonDocument.Parse(answer);
        return document.RootElement.TryGetProperty("chain", out var chain) && chain.ValueKind == JsonValueKind.Array
            ? [.. chain.EnumerateArray().Select(link => link.GetString()!)]
            : [];
    }
}
