using System.Collections.Immutable;
using GenOps.ControlPlane.Ids;
using Microsoft.Extensions.Logging;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// The open workloads of one agent, and which of them have to be asked about because authority may have changed since
/// they were last. It asks in the background, in rounds of pages, for as long as there are such.
/// </summary>
internal sealed class AgentWatch(
    AgentId agent, IGovernanceTransport transport, SemaphoreSlim calls, GenOpsClientOptions options, TimeProvider time,
    ILogger logger, Action<Exception> keyRefused, CancellationToken stopping)
{
    /// <summary>The most workloads that the agent is asked about at once.</summary>
    public const int PageMax = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<WorkloadAuthority, long> _open = [];
    private readonly HashSet<WorkloadAuthority> _due = [];
    private Task _asking = Task.CompletedTask;
    private bool _isAsking;
    private bool _isFailing;

    /// <summary>Whether no workload is open.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _open.Count == 0;
        }
    }

    /// <summary>Watches a workload that has just opened.</summary>
    /// <param name="authority">The workload's.</param>
    /// <param name="isDue">Whether authority may have changed between its decision and now.</param>
    public void Add(WorkloadAuthority authority, bool isDue)
    {
        lock (_gate)
        {
            _open[authority] = time.GetTimestamp();
            if (!isDue)
                return;

            _due.Add(authority);
            Ask();
        }
    }

    /// <summary>Watches it no more.</summary>
    public void Remove(WorkloadAuthority authority)
    {
        lock (_gate)
        {
            _open.Remove(authority);
            _due.Remove(authority);
        }
    }

    /// <summary>Watches no more what opened longer ago than a handle is kept alive: it was forgotten, and nobody would remove it.</summary>
    public void RemoveForgotten()
    {
        lock (_gate)
        {
            foreach (var (authority, opened) in _open)
            {
                if (time.GetElapsedTime(opened) >= options.HoldMax)
                    Remove(authority);
            }
        }
    }

    /// <summary>The key is gone, and with it what is open, which is watched no more.</summary>
    public void RevokeAll()
    {
        WorkloadAuthority[] open;
        lock (_gate)
        {
            open = [.. _open.Keys];
            _open.Clear();
            _due.Clear();
        }

        foreach (var authority in open)
            authority.Revoke(RevocationNotice.Key);
    }

    /// <summary>Authority changed, or may have: asks about every open workload.</summary>
    public void AskAll()
    {
        lock (_gate)
        {
            _due.UnionWith(_open.Keys);
            if (_due.Count > 0)
                Ask();
        }
    }

    /// <summary>Ends when there is nothing to ask about.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
            return _asking;
    }

    /// <summary>Under the gate. What asks is nobody's call: no caller's context goes along.</summary>
    private void Ask()
    {
        if (_isAsking || stopping.IsCancellationRequested)
            return;

        _isAsking = true;
        using (ExecutionContext.SuppressFlow())
            _asking = Task.Run(AskAsync, CancellationToken.None);
    }

    /// <summary>Never fails: nobody awaits it but to know its end.</summary>
    private async Task AskAsync()
    {
        try
        {
            for (var failures = 0; TakeDue() is { } due;)
            {
                var failure = await AskRoundAsync(due).ConfigureAwait(false);
                failures = failure is null ? 0 : failures + 1;
                var pause = failure is null ? TimeSpan.Zero : Backoff.After(options, failures, failure);
                pause = pause > options.RevocationRoundDelay ? pause : options.RevocationRoundDelay;

                // Also after the last round: what becomes due meanwhile is asked in one.
                await Task.Delay(pause, time, stopping).ConfigureAwait(false);
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The client is being disposed, and its workloads with it.
        }
    }

    private WorkloadAuthority[]? TakeDue()
    {
        lock (_gate)
        {
            if (_due.Count == 0)
            {
                _isAsking = false;
                return null;
            }

            WorkloadAuthority[] due = [.. _due];
            _due.Clear();
            return due;
        }
    }

    /// <summary>Asks about all that is due; what got no answer becomes due again.</summary>
    /// <returns>The last failure after which asking again may help; null if there was none.</returns>
    private async Task<Exception?> AskRoundAsync(WorkloadAuthority[] due)
    {
        Exception? last = null;
        var failed = false;
        foreach (var page in due.Chunk(PageMax))
        {
            try
            {
                await AskPageAsync(page).ConfigureAwait(false);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested && CredentialRefusal.Is(exception))
            {
                // There is nobody to ask for any more, in the other pages either.
                keyRefused(exception);
                break;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                failed = true;
                if (!_isFailing)
                    ClientLog.RevokedUnknown(logger, exception, agent);
                _isFailing = true;
                if (!TransientFailure.Is(exception))
                    continue;

                last = exception;
                AskAgain(page);
            }
        }

        _isFailing = failed;
        return last;
    }

    private async Task AskPageAsync(WorkloadAuthority[] page)
    {
        await calls.WaitAsync(stopping).ConfigureAwait(false);
        ImmutableArray<WorkloadId> gone;
        try
        {
            gone = await Answer.WithinAsync(
                transport.ListRevokedAsync(agent, [.. page.Select(authority => authority.Id)], stopping), options.AttemptTimeout, time, stopping)
                .ConfigureAwait(false);
        }
        finally
        {
            calls.Release();
        }

        if (gone.IsDefaultOrEmpty)
            return;

        var revoked = gone.ToHashSet();
        foreach (var authority in page.Where(authority => revoked.Contains(authority.Id)))
        {
            if (TakeOpen(authority))
                authority.Revoke(RevocationNotice.Pushed);
        }
    }

    private bool TakeOpen(WorkloadAuthority authority)
    {
        lock (_gate)
        {
            _due.Remove(authority);
            return _open.Remove(authority);
        }
    }

    private void AskAgain(WorkloadAuthority[] page)
    {
        lock (_gate)
            _due.UnionWith(page.Where(_open.ContainsKey));
    }
}
