using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Workloads;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>Keeps one reservation alive while its action runs, and learns that its authority is gone.</summary>
internal sealed class HoldRenewal : IDisposable
{
    private readonly IGovernanceTransport _transport;
    private readonly GenOpsClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkloadAuthority _authority;
    private readonly RevocationListener _listener;
    private readonly int _ttlSeconds;
    private readonly long _started;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private bool _isStopped;
    private int _failures;

    public HoldRenewal(
        IGovernanceTransport transport, GenOpsClientOptions options, TimeProvider time, ILogger logger,
        WorkloadAuthority authority, RevocationListener listener, int ttlSeconds, DateTimeOffset? expiresAt)
    {
        _transport = transport;
        _options = options;
        _time = time;
        _logger = logger;
        _authority = authority;
        _listener = listener;
        _ttlSeconds = ttlSeconds;
        _started = time.GetTimestamp();
        ExpiresAt = expiresAt;
        _timer = time.CreateTimer(static self => _ = ((HoldRenewal)self!).RenewAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Schedule(Period);
    }

    /// <summary>When the hold ends without a further renewal, by the control plane's clock.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    private TimeSpan Period => TimeSpan.FromSeconds(_ttlSeconds) * _options.RenewAt;

    /// <summary>Stops renewing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;

            _isStopped = true;
            _timer.Dispose();
        }

        _stopped.Cancel();
        _stopped.Dispose();
    }

    private void Schedule(TimeSpan due)
    {
        lock (_gate)
        {
            if (!_isStopped)
                _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Never fails: nobody awaits it.</summary>
    private async Task RenewAsync()
    {
        CancellationToken stopped;
        lock (_gate)
        {
            if (_isStopped)
                return;

            stopped = _stopped.Token;
        }

        if (_authority.Revoked.IsCancellationRequested)
        {
            // It was pushed: a renewal would be refused.
            Dispose();
            return;
        }

        if (_time.GetElapsedTime(_started) >= _options.HoldMax)
        {
            End($"it has been held for {_options.HoldMax} (HoldMax); it is left to become unresolved");
            return;
        }

        try
        {
            var extended = await _transport.ExtendAsync(_authority.Agent, _authority.Id, _ttlSeconds, stopped)
                .WaitAsync(_options.AttemptTimeout, _time, stopped).ConfigureAwait(false);
            _failures = 0;
            ExpiresAt = extended.ExpiresAt;
            Schedule(Period);
        }
        catch (Exception) when (stopped.IsCancellationRequested)
        {
            // Settled meanwhile: whatever became of this renewal does not matter any more.
        }
        catch (ConflictException conflict) when (conflict.Code == "authority_revoked")
        {
            Dispose();
            _authority.Revoke(RevocationNotice.Renewal);
        }
        catch (Exception exception) when (CredentialRefusal.Is(exception))
        {
            Dispose();
            _authority.Revoke(RevocationNotice.Key);
            _listener.KeyRefused(exception);
        }
        catch (Exception exception) when (exception is ConflictException or NotFoundException)
        {
            End(exception.Message);
        }
        catch (Exception exception)
        {
            _failures++;
            var delay = Backoff.After(_options, _failures, exception);
            ClientLog.RenewalFailed(_logger, exception, _authority.Id, _failures, delay.TotalMilliseconds);
            Schedule(delay);
        }
    }

    private void End(string reason)
    {
        ClientLog.RenewalEnded(_logger, _authority.Id, reason);
        Dispose();
    }
}
