using GenOps.ControlPlane.Cluster;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>
/// Looks from outside Orleans at whether this silo may go on: whether the cluster has declared it dead, while it was frozen
/// say; whether its clock is right; and whether it is the only one that can't reach the ledger. Started after the silo and
/// stopped before it, so that an orderly stop is none of its business.
/// </summary>
internal sealed class ClusterWatch(
    IMemberRow row,
    LedgerContact contact,
    ILedgerPeers peers,
    ReferenceClock clock,
    SelfStop stop,
    IOptions<ClusterMemberOptions> options,
    ILogger<ClusterWatch> log) : BackgroundService
{
    private bool _wasMember;
    private bool _isAnswered = true;
    private long _lastAnswerAt = clock.GetTimestamp();
    private long? _aloneSince;
    private bool _isAloneTold;

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        var askedAt = clock.GetTimestamp();
        MemberReading reading;
        try
        {
            reading = await row.ReadAsync(cancellationToken).WaitAsync(AnswerMax, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            await UnansweredAsync(error, cancellationToken).ConfigureAwait(false);
            return;
        }

        contact.Answered(askedAt);
        if (!_isAnswered)
            ClusterLog.InContact(log, clock.GetElapsedTime(_lastAnswerAt));
        _isAnswered = true;
        _lastAnswerAt = askedAt;
        (_aloneSince, _isAloneTold) = (null, false);
        clock.Take(reading.Clock);

        if (reading.Status == SiloStatus.Dead)
            stop.Begin(ExitCode.DeclaredDead, "the cluster has declared this silo dead");
        else if (reading.Status is null && _wasMember)
            stop.Begin(ExitCode.DeclaredDead, "the table of members no longer has this silo; an older state of the database may have been restored");
        _wasMember |= reading.Status is not null;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WatchInterval, clock);
        try
        {
            do
                await LookAsync(stoppingToken).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // An orderly stop.
        }
    }

    /// <summary>How long a look may take. One that takes longer is as good as none: the next begins anew.</summary>
    private TimeSpan AnswerMax => options.Value.WatchInterval * 2;

    private async Task UnansweredAsync(Exception error, CancellationToken cancellationToken)
    {
        if (_isAnswered)
            ClusterLog.OutOfContact(log, error);
        _isAnswered = false;

        // A peer's answer has to be younger than this silo's last one, or both may just have lost the same database.
        var ageMaxOfPeers = options.Value.WatchInterval * 3;
        var ageMax = Min(ageMaxOfPeers, clock.GetElapsedTime(_lastAnswerAt));
        if (await peers.FindInContactAsync(ageMax, options.Value.ProbeTimeout, cancellationToken).ConfigureAwait(false) is not { } peer)
        {
            (_aloneSince, _isAloneTold) = (null, false);
            return;
        }

        _aloneSince ??= clock.GetTimestamp();
        var alone = clock.GetElapsedTime(_aloneSince.Value);
        if (alone >= ageMaxOfPeers && !_isAloneTold)
        {
            // Sooner it may be the database's end, of which this silo heard first.
            _isAloneTold = true;
            ClusterLog.Alone(log, peer.ToString(), options.Value.IsolationTimeout);
        }

        if (alone >= options.Value.IsolationTimeout)
            stop.Begin(ExitCode.Isolated, $"it can't reach PostgreSQL, and silo {peer} can");
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
