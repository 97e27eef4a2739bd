using System.Collections.Concurrent;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Budgets;

/// <summary>
/// Makes expiry happen when nobody asks: which budget's next hold ends when. One list per silo, looked at by one timer;
/// after a start every budget is asked once, since nobody remembers what was held.
/// </summary>
public sealed class DueList(
    ILedgerReader reader, IGrainFactory grains, TimeProvider time, IOptions<BudgetGrainOptions> options, ILogger<DueList> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private const int StreamsPerPage = 200;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _due = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
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
            await _stopped.CancelAsync();
            await _loop;
        });

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(options.Value.DueInterval, time);
        var asked = false;
        try
        {
            do
            {
                try
                {
                    asked = asked || await AskAllAsync();
                    var now = time.GetUtcNow();
                    foreach (var (key, at) in _due)
                    {
                        if (at <= now)
                            await SettleAsync(key);
                    }
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

    private async Task<bool> AskAllAsync()
    {
        string? after = null;
        while (true)
        {
            var page = await reader.ListStreamsAsync("b/", after, StreamsPerPage, _stopped.Token);
            foreach (var stream in page)
                await SettleAsync(stream.Value);

            if (page.Length < StreamsPerPage)
                return true;
            after = page[^1].Value;
        }
    }

    private async Task SettleAsync(string key)
    {
        try
        {
            // An activation elsewhere keeps its own silo's list, so what it answers is noted here only if it is due.
            var next = await grains.GetGrain<IBudgetGrain>(key).SettleDueAsync();
            Set(key, next);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            DueListLog.BudgetFailed(logger, error, key);
        }
    }
}
