using System.Collections.Concurrent;
using System.Globalization;

namespace GenOps.ControlPlane.Faults;

/// <summary>Operators who take authority away and give it anew: delegations of agents and of leads, agents as a whole.</summary>
internal sealed class AuthorityLoad(HttpDoor http, Organisation organisation, LoadOptions options)
{
    private const int AttemptsMax = 1_000;

    private readonly ConcurrentDictionary<string, int> _numbers = [];
    private readonly HashSet<string> _unsure = [];

    /// <summary>One change, and its opposite; then a pause.</summary>
    public async Task ChangeAsync(Random random, TimeSpan pause, CancellationToken cancellationToken)
    {
        var agent = organisation.Agents[random.Next(organisation.Agents.Count)];
        switch (random.Next(10))
        {
            case 0:
                await ReplaceLeadAsync(agent, cancellationToken);
                break;
            case < 4 when !_unsure.Contains(agent.Id.Value):
                await SuspendAsync(agent, cancellationToken);
                break;
            default:
                await RevokeAsync(agent.Id.Value, cancellationToken);
                await GrantAsync(agent, cancellationToken);
                break;
        }

        await Task.Delay(pause, TimeProvider.System, cancellationToken);
    }

    /// <summary>Ends when all attempts have ended.</summary>
    public Task EndAsync() => http.EndAsync();

    private async Task ReplaceLeadAsync(LoadedAgent agent, CancellationToken cancellationToken)
    {
        var lead = agent.Lead;
        await RevokeAsync(lead.Value, cancellationToken);
        await GrantAsync(lead.Value, organisation.Delegation(lead, null), null, cancellationToken);
        foreach (var member in organisation.Agents.Where(one => one.Lead == lead))
            await GrantAsync(member, cancellationToken);
    }

    private async Task SuspendAsync(LoadedAgent agent, CancellationToken cancellationToken)
    {
        await http.SendAsync(
            Template(CallKind.Suspend, agent.Id.Value, agent.Id.Value), HttpMethod.Post, $"agents/{agent.Id}/suspend", """{ "reason": "looked at" }""", AttemptsMax,
            cancellationToken);
        await Task.Delay(options.RetryInterval, TimeProvider.System, cancellationToken);
        var resumed = await http.SendAsync(
            Template(CallKind.Resume, agent.Id.Value, agent.Id.Value), HttpMethod.Post, $"agents/{agent.Id}/resume", """{ "reason": "is fine" }""", 1, cancellationToken);
        if (resumed.IsAcknowledged)
            return;

        // An attempt that nobody answered may arrive at any later time: nothing can be proven about this agent's next suspension.
        _unsure.Add(agent.Id.Value);
        await http.SendAsync(
            Template(CallKind.Resume, agent.Id.Value, agent.Id.Value), HttpMethod.Post, $"agents/{agent.Id}/resume", """{ "reason": "is fine" }""", AttemptsMax,
            cancellationToken);
    }

    private Task<Call> RevokeAsync(string grantee, CancellationToken cancellationToken)
    {
        var delegation = Delegation(grantee, _numbers.GetOrAdd(grantee, 1));
        return http.SendAsync(
            Template(CallKind.Revoke, grantee, delegation), HttpMethod.Post, $"delegations/{delegation}/revoke", """{ "reason": "no longer" }""", AttemptsMax, cancellationToken);
    }

    private Task GrantAsync(LoadedAgent agent, CancellationToken cancellationToken)
    {
        var parent = Delegation(agent.Lead.Value, _numbers.GetOrAdd(agent.Lead.Value, 1));
        return GrantAsync(agent.Id.Value, organisation.Delegation(agent.Id, parent), parent, cancellationToken);
    }

    private Task GrantAsync(string grantee, string body, string? parent, CancellationToken cancellationToken)
    {
        var delegation = Delegation(grantee, _numbers.AddOrUpdate(grantee, 2, (_, number) => number + 1));
        return http.SendAsync(
            Template(CallKind.Grant, grantee, delegation) with { From = parent }, HttpMethod.Put, $"delegations/{delegation}", body, AttemptsMax, cancellationToken);
    }

    private static string Delegation(string grantee, int number) => string.Create(CultureInfo.InvariantCulture, $"d-{grantee}-{number}");

    private Call Template(CallKind kind, string agent, string subject) => new(
        kind, organisation.Tenant.Value, agent, subject, "", default, default, CallEnd.Unanswered);
}
