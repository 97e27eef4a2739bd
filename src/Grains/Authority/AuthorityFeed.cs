using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Where a silo's callers wait for changes of authority in their tenant. It looks at the watch once for all of them,
/// and lets go only those who are concerned.
/// </summary>
public sealed class AuthorityFeed(
    AuthorityWatch watch, TimeProvider time, IOptions<AuthorityFeedOptions> options, ILogger<AuthorityFeed> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TenantId, TenantFeed> _tenants = [];
    private readonly CancellationTokenSource _stopped = new();
    private int _waiters;
    private bool _isStopped;
    private Task _loop = Task.CompletedTask;

    /// <summary>How many wait.</summary>
    public int Waiters
    {
        get
        {
            lock (_gate)
                return _waiters;
        }
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(AuthorityFeed),

        // Stops before the silo takes leave of its clients: they get an answer first.
        ServiceLifecycleStage.Active + 1,
        _ =>
        {
            _loop = Task.Run(LoopAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopped.CancelAsync();
            await _loop;
            WakeAll();
        });

    /// <summary>What <see cref="IAuthorityFeedGrain.WaitAsync"/> says.</summary>
    /// <exception cref="UnavailableException">Too many wait already, or the ledger can't be read.</exception>
    public async Task<Epoch> WaitAsync(TenantId tenant, Epoch? after)
    {
        if (after is not { } seen)
            return watch.Current.Epoch;

        if (seen > watch.Current.Epoch)
        {
            // Another silo was further ahead, or the ledger is an older one by now.
            await watch.RefreshAsync();
            if (seen > watch.Current.Epoch)
                return watch.Current.Epoch;
        }

        if (Join(tenant, seen) is not { } feed)
            return watch.Current.Epoch;

        try
        {
            await feed.Changed.WaitAsync(options.Value.WaitTimeout, time);
        }
        catch (TimeoutException)
        {
            // Nothing changed: the answer says so by its epoch.
        }
        finally
        {
            Leave(tenant, feed);
        }

        return watch.Current.Epoch;
    }

    /// <summary>Null if there is nothing to wait for.</summary>
    private TenantFeed? Join(TenantId tenant, Epoch seen)
    {
        lock (_gate)
        {
            var now = watch.Current;
            if (_isStopped || now.LastChangeIn(tenant) > seen)
                return null;
            if (_waiters >= options.Value.WaitersMax)
                throw UnavailableException.Overloaded($"{_waiters} callers are waiting for changes of authority");

            if (!_tenants.TryGetValue(tenant, out var feed))
                _tenants.Add(tenant, feed = new TenantFeed(now.Era, now.LastChangeIn(tenant)));
            else if (feed.Waiters >= options.Value.WaitersPerTenantMax)
                throw UnavailableException.Overloaded($"{feed.Waiters} callers are waiting for changes of authority in {tenant}");

            feed.Waiters++;
            _waiters++;
            return feed;
        }
    }

    private void Leave(TenantId tenant, TenantFeed feed)
    {
        lock (_gate)
        {
            _waiters--;
            if (--feed.Waiters == 0 && _tenants.TryGetValue(tenant, out var present) && present == feed)
                _tenants.Remove(tenant);
        }
    }

    private async Task LoopAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await WakeAtChangesAsync();
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // It begins anew with what is known then: those who wait hear of nothing too late, and of nothing never.
                AuthorityWatchLog.FeedFailed(logger, error);
                await Task.Delay(options.Value.WakePause, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WakeAtChangesAsync()
    {
        var now = watch.Current;
        Wake(now);
        while (true)
        {
            await now.Changed.WaitAsync(_stopped.Token);
            now = watch.Current;
            Wake(now);
            await Task.Delay(options.Value.WakePause, time, _stopped.Token);
        }
    }

    private void Wake(AuthoritySnapshot now)
    {
        lock (_gate)
        {
            foreach (var (tenant, feed) in _tenants)
            {
                if (!feed.IsDue(tenant, now))
                    continue;

                _tenants.Remove(tenant);
                feed.Wake();
            }
        }
    }

    private void WakeAll()
    {
        lock (_gate)
        {
            _isStopped = true;
            foreach (var feed in _tenants.Values)
                feed.Wake();
            _tenants.Clear();
        }
    }
}
