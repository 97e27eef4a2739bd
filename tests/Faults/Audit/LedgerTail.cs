using Microsoft.Data.Sqlite;
using Npgsql;

namespace GenOps.ControlPlane.Faults;

/// <summary>Follows the ledger page by page while it is written, as events and cursors do, and remembers what it was shown.</summary>
public sealed class LedgerTail : IAsyncDisposable
{
    private const int PageMax = 5_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ILedgerRows _rows;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<long> _positions = [];
    private readonly Task _following;

    /// <summary>Begins to follow.</summary>
    public LedgerTail(ILedgerRows rows)
    {
        _rows = rows;
        _following = FollowAsync();
    }

    /// <summary>Ends following, reads what is still to come, and returns every position that was shown, in order.</summary>
    public async Task<IReadOnlyList<long>> EndAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        await _following;
        while (await ReadAsync(cancellationToken))
            continue;
        return _positions;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _following;
        _ending.Dispose();
    }

    private async Task FollowAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                try
                {
                    while (await ReadAsync(_ending.Token))
                        continue;
                }
                catch (Exception error) when (error is NpgsqlException or SqliteException or TimeoutException)
                {
                    continue; // the database is what is being broken
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var page = await _rows.SettledAsync(_positions.Count == 0 ? 0 : _positions[^1], PageMax, cancellationToken);
        _positions.AddRange(page);
        return page.Count == PageMax;
    }
}
