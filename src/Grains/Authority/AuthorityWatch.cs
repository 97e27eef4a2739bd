using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Authority;

/// <summary>
/// Keeps what a silo has cached of authority fresh. It polls the ledger's list of changes and publishes one immutable
/// object; whoever sees a newer epoch come back with an append waits here until the silo has caught up.
/// </summary>
public sealed class AuthorityWatch(
    ILedgerReader reader, TimeProvider time, IOptions<AuthorityWatchOptions> options, ILogger<AuthorityWatch> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly SemaphoreSlim _polling = new(1, 1);
    private readonly CancellationTokenSource _stopped = new();
    private volatile AuthoritySnapshot _current = AuthoritySnapshot.Unknown();
    private Task _loop = Task.CompletedTask;
    private long _polledAt;
    private long _asked;
    private long _answered;

    /// <summary>What is known: the same object until something changes.</summary>
    public AuthoritySnapshot Current => _current;

    /// <summary>How long ago the ledger was last asked successfully.</summary>
    public TimeSpan Age => _current.IsKnown ? time.GetElapsedTime(Interlocked.Read(ref _polledAt)) : TimeSpan.MaxValue;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(AuthorityWatch), ServiceLifecycleStage.RuntimeGrainServices, StartAsync, StopAsync);

    /// <summary>Completes when <see cref="Current"/> is at <paramref name="epoch"/> or beyond.</summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public async Task CatchUpAsync(Epoch epoch)
    {
        if (_current.IsKnown && _current.Epoch >= epoch)
            return;

        await _polling.WaitAsync();
        try
        {
            if (!_current.IsKnown || _current.Epoch < epoch)
                await PollAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is not GenOpsException)
        {
            throw UnavailableException.Unreachable($"the changes of authority can't be read: {error.Message}");
        }
        finally
        {
            _polling.Release();
        }

        if (_current.Epoch < epoch)
            throw UnavailableException.Unreachable($"the ledger is at epoch {_current.Epoch}, not yet at {epoch}");
    }

    /// <summary>
    /// Completes when <see cref="Current"/> has everything that was committed before this call. An answer that no append
    /// carries, such as a recorded one given again, has no other way to learn of it. Those who ask at once share a poll.
    /// </summary>
    /// <exception cref="UnavailableException">The ledger can't be read.</exception>
    public async Task RefreshAsync()
    {
        var asked = Interlocked.Increment(ref _asked);
        await _polling.WaitAsync();
        try
        {
            if (_answered >= asked)
                return;

            // Whoever asked before the reading begins is served by it.
            var served = Interlocked.Read(ref _asked);
            await PollAsync(CancellationToken.None);
            _answered = served;
        }
        catch (Exception error) when (error is not GenOpsException)
        {
            throw UnavailableException.Unreachable($"the changes of authority can't be read: {error.Message}");
        }
        finally
        {
            _polling.Release();
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await PollAsync(cancellationToken);
        _loop = LoopAsync();
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _loop;
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopped.Token))
            {
                // Without the token: what waits with one leaves this scheduler. A poll is short, and ends.
                await _polling.WaitAsync();
                try
                {
                    await PollAsync(_stopped.Token);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    AuthorityWatchLog.PollFailed(logger, error);
                }
                finally
                {
                    _polling.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo is stopping.
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        var known = _current;
        var changes = await reader.ReadChangesAsync(known.IsKnown ? known.Epoch : new Epoch(long.MaxValue), cancellationToken);
        var current = known.With(changes, options.Value.WatchedStreamsMax);
        Interlocked.Exchange(ref _polledAt, time.GetTimestamp());
        if (current == known)
            return;

        // Another ledger, or an older one: what this process has in memory never happened there.
        if (known.IsKnown && current.Era != known.Era)
            AuthorityWatchLog.LedgerReplaced(logger, known.Incarnation, known.Epoch, changes.Incarnation, changes.Epoch);
        _current = current;
        known.Supersede();
    }
}
