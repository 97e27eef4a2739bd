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

    /// <summary>How long <paramref name="agent"/> has to wait before it may make so many; null if it may now.</summary>
    public TimeSpan? Wait(AgentId agent, int count, DateTimeOffset now)
    {
        var fullAt = FullAt(agent, now);
        var wait = fullAt + (count * _each) - now - TimeSpan.FromMinutes(1);
        return wait > TimeSpan.Zero && fullAt > now ? wait : null;
    }

    /// <summary>Notes that <paramref name="agent"/> has made so many.</summary>
    public void Take(AgentId agent, int count, DateTimeOffset now)
    {
        if (count == 0)
            return;
        if (_fullAt.Count >= agentsMax && !_fullAt.ContainsKey(agent))
            _fullAt.Clear();
        _fullAt[agent] = FullAt(agent, now) + (count * _each);
    }

    private DateTimeOffset FullAt(AgentId agent, DateTimeOffset now) => _fullAt.TryGetValue(agent, out var known) && known > now ? known : now;
}
