using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// How fast each agent may make new scopes on demand: a bucket that fills with time. In memory only; after a restart it
/// is full again.
/// </summary>
/// <param name="perMinuteMax">The most new scopes of one agent in a minute, and at once.</param>
/// <param name="agentsMax">The most agents remembered; beyond it the memory starts anew.</param>
internal sealed class ScopeCreation(int perMinuteMax, int agentsMax)
{
    private readonly TimeSpan _each = TimeSpan.FromMinutes(1) / perMinuteMax;
    private readonly Dictionary<AgentId, DateTimeOffset> _fullAt = [];

    /// <summary>How long <paramref name="agent"/> has to wait before it may make so many; null if it may now, and then it has.</summary>
    public TimeSpan? Wait(AgentId agent, int count, DateTimeOffset now)
    {
        var fullAt = _fullAt.TryGetValue(agent, out var known) && known > now ? known : now;
        var after = fullAt + (count * _each);
        var wait = after - now - TimeSpan.FromMinutes(1);
        if (wait > TimeSpan.Zero && fullAt > now)
            return wait;

        if (_fullAt.Count >= agentsMax && !_fullAt.ContainsKey(agent))
            _fullAt.Clear();
        _fullAt[agent] = after;
        return null;
    }
}
