using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Hears of every change of authority in the tenant while workloads are open, and finds out which of them it concerns.
/// Nothing is missed: a workload is asked about whenever the newest change heard is newer than what its decision checked,
/// and all of them are when hearing begins, and begins again after a failure. While nothing can be heard, the renewal of
/// each workload is what tells it.
/// </summary>
internal sealed class RevocationListener : IAsyncDisposable, IDisposable
{
    private readonly IGovernanceTransport _transport;
    private readonly GenOpsClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped;
    // Left to the collector: what is being asked for an agent that has no workloads any more may still hold it.
    private readonly SemaphoreSlim _calls;
    private readonly Lock _gate = new();
    private readonly Dictionary<AgentId, AgentWatch> _agents = [];
    private Epoch? _heard;
    private Task _listening = Task.CompletedTask;
    private bool _isListening;
    private long _emptySince;

    public RevocationListener(
        IGovernanceTransport transport, IOptions<GenOpsClientOptions> options, TimeProvider time, ILogger<RevocationListener> logger)
    {
        _transport = transport;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _stopped = _stopping.Token;
        _calls = new SemaphoreSlim(_options.RevocationCallsMax);
    }

    /// <summary>Whether it listens now.</summary>
    public bool IsListening
    {
        get
        {
            lock (_gate)
                return _isListening;
        }
    }

    /// <summary>Watches a workload that has just opened, and begins to listen if that is the first.</summary>
    public void Watch(WorkloadAuthority authority)
    {
        lock (_gate)
        {
            if (_stopped.IsCancellationRequested)
                return;

            if (!_agents.TryGetValue(authority.Agent, out var agent))
            {
                agent = new AgentWatch(authority.Agent, _transport, _calls, _options, _time, _logger, KeyRefused, _stopped);
                _agents.Add(authority.Agent, agent);
            }

            // The change may have been heard while the decision was on its way here. What was not heard yet will be.
            agent.Add(authority, _heard is { } heard && authority.CheckedAt < heard);
            if (_isListening)
                return;

            _isListening = true;
            using (ExecutionContext.SuppressFlow())
                _listening = Task.Run(ListenAsync, CancellationToken.None);
        }
    }

    /// <summary>Watches it no more. Again is fine.</summary>
    public void Forget(WorkloadAuthority authority)
    {
        lock (_gate)
        {
            if (!_agents.TryGetValue(authority.Agent, out var agent))
                return;

            agent.Remove(authority);
            RemoveIfEmpty(agent, authority.Agent);
        }
    }

    /// <summary>
    /// The control plane said that this client's key is no good: everything that is open was allowed to that key, and is
    /// revoked. A client has one key, so it does not matter what was asked, or about whom.
    /// </summary>
    public void KeyRefused(Exception refusal)
    {
        AgentWatch[] agents;
        lock (_gate)
            agents = [.. _agents.Values.Where(agent => !agent.IsEmpty)];
        if (agents.Length == 0)
            return;

        ClientLog.KeyRefused(_logger, refusal);
        foreach (var agent in agents)
            agent.RevokeAll();
    }

    /// <summary>Ends when nothing is being asked.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
            return Task.WhenAll(_agents.Values.Select(agent => agent.WhenIdleAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;

        await _stopping.CancelAsync().ConfigureAwait(false);
        Task listening;
        lock (_gate)
            listening = _listening;
        await listening.ConfigureAwait(false);
        await WhenIdleAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
            return;

        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>Never fails: nobody awaits it but to know its end.</summary>
    private async Task ListenAsync()
    {
        var failures = 0;
        try
        {
            while (!Ends())
            {
                var asked = _time.GetTimestamp();
                TimeSpan pause;
                try
                {
                    var epoch = await Answer.WithinAsync(
                        _transport.WaitForChangeAsync(_heard, _stopped), _options.AuthorityFeedTimeout, _time, _stopped).ConfigureAwait(false);
                    if (failures > 0)
                        ClientLog.FeedBack(_logger, failures);
                    failures = 0;
                    Heard(epoch);
                    pause = _options.RevocationRoundDelay - _time.GetElapsedTime(asked);
                }
                catch (Exception exception) when (!_stopped.IsCancellationRequested)
                {
                    if (++failures == 1)
                        ClientLog.FeedLost(_logger, exception);
                    Lost();
                    if (CredentialRefusal.Is(exception))
                        KeyRefused(exception);
                    pause = Backoff.After(_options, failures, exception);
                }

                // Many changes at once are heard as one; a single one is heard at once, since the question was there before it.
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, _time, _stopped).ConfigureAwait(false);
            }
        }
        catch (Exception) when (_stopped.IsCancellationRequested)
        {
            // The client is being disposed.
        }
    }

    private void Heard(Epoch epoch)
    {
        lock (_gate)
        {
            if (_heard == epoch)
                return;

            _heard = epoch;
            foreach (var agent in _agents.Values)
                agent.AskAll();
        }
    }

    /// <summary>Whatever changes from now on is found by asking about all when it is heard again.</summary>
    private void Lost()
    {
        lock (_gate)
            _heard = null;
    }

    private bool Ends()
    {
        lock (_gate)
        {
            foreach (var (id, agent) in _agents)
            {
                agent.RemoveForgotten();
                RemoveIfEmpty(agent, id);
            }

            if (_agents.Count > 0 || _time.GetElapsedTime(_emptySince) < _options.RevocationIdle)
                return false;

            _isListening = false;
            _heard = null;
            return true;
        }
    }

    private void RemoveIfEmpty(AgentWatch agent, AgentId id)
    {
        if (!agent.IsEmpty)
            return;

        _agents.Remove(id);
        if (_agents.Count == 0)
            _emptySince = _time.GetTimestamp();
    }
}
