using System.Collections.Concurrent;
using Npgsql;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>A few connections that commit. One that failed is closed, and the next commit opens another.</summary>
internal sealed class PostgresSessionPool(NpgsqlDataSource source, int connectionsMax) : IAsyncDisposable
{
    private readonly SemaphoreSlim _free = new(connectionsMax, connectionsMax);
    private readonly ConcurrentStack<PostgresCommitSession> _idle = [];
    private volatile bool _disposed;

    /// <summary>Waits until a connection may be used. Nothing has been sent if this is cancelled.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _free.WaitAsync(cancellationToken);
    }

    /// <summary>A connection, after <see cref="WaitAsync"/>.</summary>
    public async Task<PostgresCommitSession> TakeAsync()
    {
        while (_idle.TryPop(out var session))
        {
            if (session.IsOpen)
                return session;

            await session.DisposeAsync().ConfigureAwait(false);
        }

        return await PostgresCommitSession.OpenAsync(source).ConfigureAwait(false);
    }

    /// <summary>Ends what <see cref="WaitAsync"/> began.</summary>
    /// <param name="session">The connection; null if there was none.</param>
    /// <param name="isSound">Whether it may be used again.</param>
    public async ValueTask ReleaseAsync(PostgresCommitSession? session, bool isSound)
    {
        try
        {
            if (session is not null && isSound && !_disposed)
                _idle.Push(session);
            else if (session is not null)
                await session.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Closes what is idle; what is in use is closed when it is given back.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        while (_idle.TryPop(out var session))
            await session.DisposeAsync().ConfigureAwait(false);
    }
}
