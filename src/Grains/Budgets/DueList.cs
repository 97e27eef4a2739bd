using System.Collections.Concurrent;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Makes expiry happen when nobody asks: which budget's next hold ends when. One list per silo, looked at by one timer.
/// A list is lost with its silo, and then one of the others asks every budget once; so does a silo that starts alone,
/// and every silo when the ledger was replaced.
/// </summary>
public sealed class DueList(
    ILedgerReader reader, IGrainFactory grains, AuthorityWatch watch, TimeProvider time, IOptions<BudgetGrainOptions> options,
    ILogger<DueList> logger, ISiloStatusOracle? silos = null)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private const int StreamsPerPage = 200;
    private const int LostPausesMax = 3;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _due = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _asked = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(options.Value.DueAtOnceMax);
    private readonly CancellationTokenSource _stopped = new();
    private string? _listedTo;
    private bool _isListed;
    private long _era;
    private HashSet<SiloAddress>? _known;
    private DateTimeOffset? _askForLostAt;
    private DateTimeOffset? _lostSince;
    private Task _loop = Task.CompletedTask;

    /// <summary>Notes when the next hold of the budget with grain key <paramref name="key"/> ends; null for none.</summary>
    public void Set(string key, DateTimeOffset? due)
    {
        if (due is { } at)
            _due[key] = at;
        else
            _due.TryRemove(key, out _);
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DueList), ServiceLifecycleStage.Active,
        _ =>
        {
            _loop = Task.Run(LoopAsync, CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            // What is being asked ends by itself: a budget that hangs does not keep the silo.
            await _stopped.CancelAsync();
            await _loop;
        });

    /// <summary>
    /// Asks every budget that is due, and does not wait for what they answer, only for a place to ask from. Throws if it
    /// can't be read which budgets there are.
    /// </summary>
    internal async Task ScanAsync()
    {
        NoteLostSilos();

        // Holds that ended in what was lost may be open in what there is now, and nobody has noted them.
        if (watch.Current.Era is var era && era != _era)
        {
            if (_era > 0)
                (_isListed, _listedTo) = (false, null);
            _era = era;
        }

        while (!_isListed)
        {
            var page = await reader.ListStreamsAsync("b/", _listedTo, StreamsPerPage, _stopped.Token);
            foreach (var stream in page)
                Note(stream.Value, DateTimeOffset.MinValue);

            _isListed = page.Length < StreamsPerPage;
            _listedTo = _isListed ? null : page[^1].Value;
            await AskDueAsync();
        }

        await AskDueAsync();
    }

    /// <summary>
    /// What a lost silo had noted the first of the remaining ones asks for, after a pause: just then the budgets that are
    /// in use are being read again, and a rolling restart loses one silo after the other.
    /// </summary>
    private void NoteLostSilos()
    {
        if (silos is null)
            return;

        var now = time.GetUtcNow();
        var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.ToHashSet();
        active.Add(silos.SiloAddress);
        if (_known is null)
            _isListed = !IsFirst();
        else if (!_known.IsSubsetOf(active))
        {
            // One that is lost again and again must not put it off for ever.
            _lostSince ??= now;
            var latest = _lostSince.Value + options.Value.LostSiloPause * LostPausesMax;
            _askForLostAt = now + options.Value.LostSiloPause is var next && next < latest ? next : latest;
        }

        _known = active;
        if (_askForLostAt > now || _askForLostAt is null)
            return;

        (_askForLostAt, _lostSince) = (null, null);
        if (IsFirst())
            (_isListed, _listedTo) = (false, null);

        bool IsFirst() => active.All(other => silos.SiloAddress.CompareTo(other) <= 0);
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(options.Value.DueInterval, time);
        try
        {
            do
            {
                try
                {
                    await ScanAsync();
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    DueListLog.ScanFailed(logger, error);
                }
            }
            while (await timer.WaitForNextTickAsync(_stopped.Token));
        }
        catch (OperationCanceledException)
        {
            // The silo is stopping.
        }
    }

    private async Task AskDueAsync()
    {
        var now = time.GetUtcNow();
        foreach (var due in _due)
        {
            if (due.Value > now || _asked.ContainsKey(due.Key))
                continue;

            await _places.WaitAsync(_stopped.Token);

            // What the budget notes from here on is newer than what it is asked about, and stays.
            if (_due.TryRemove(due) && _asked.TryAdd(due.Key, due.Value))
                _ = AskAsync(due.Key, due.Value);
            else
                _places.Release();
        }
    }

    private async Task AskAsync(string key, DateTimeOffset at)
    {
        try
        {
            // An activation elsewhere notes it in its own silo's list; here it is asked again when that is due.
            if (await grains.Find<IBudgetGrain>(key).SettleDueAsync() is { } next)
                Note(key, next);
        }
        catch (Exception error)
        {
            DueListLog.BudgetFailed(logger, error, key);
            Note(key, at);
        }
        finally
        {
            _asked.TryRemove(key, out _);
            _places.Release();
        }
    }

    /// <summary>Notes it unless the budget is due earlier: asked too early, it only says when it is due.</summary>
    private void Note(string key, DateTimeOffset at) => _due.AddOrUpdate(key, at, (_, noted) => noted < at ? noted : at);
}
