using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// A free TCP port of 127.0.0.1 that no other process with this harness takes while this object lives. It lies below
/// the ports that the system gives to outgoing connections: one of them could otherwise take it while its server is down.
/// </summary>
public sealed class PortLease : IDisposable
{
    private const int First = 20_000;
    private const int End = 32_000;
    private const int AttemptsMax = 1_000;

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"genops-ports-{Environment.UserName}");

    private readonly FileStream _lock;

    private PortLease(int port, FileStream @lock)
    {
        Port = port;
        _lock = @lock;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Takes a free one.</summary>
    /// <exception cref="HarnessException">None was found.</exception>
    public static PortLease Take()
    {
        Directory.CreateDirectory(Folder);
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (TryLock(port) is not { } @lock)
                continue;
            if (IsFree(port))
                return new PortLease(port, @lock);
            @lock.Dispose();
        }

        throw new HarnessException($"no free port was found between {First} and {End} in {AttemptsMax} attempts");
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    // The system gives the lock back when this process ends, however it ends.
    private static FileStream? TryLock(int port)
    {
        try
        {
            return new FileStream(
                Path.Combine(Folder, port.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.None);
        }
        catch (IOException)
        {
            return null; // another process has it
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
