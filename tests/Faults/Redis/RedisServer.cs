using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GenOps.ControlPlane.Faults;

/// <summary>
/// A Redis server of the caller's own, in a temporary folder, on a port of 127.0.0.1, which forces every write to the disk
/// before it answers. Its process and its folder go with this object, or with this process.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(20);
    private static readonly byte[] Ping = "PING\r\n"u8.ToArray();

    private readonly TemporaryFolder _folder;
    private readonly PortLease _port;
    private readonly Process _process;

    private RedisServer(TemporaryFolder folder, PortLease port, Process process) => (_folder, _port, _process) = (folder, port, process);

    /// <summary>What to connect to.</summary>
    public IPEndPoint Address => new(IPAddress.Loopback, _port.Port);

    /// <summary>Starts one, and waits until it answers.</summary>
    /// <param name="parent">Where its folder is made, and thereby the disk that it writes to; among the temporary ones if absent.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="MissingToolException">Redis is not installed.</exception>
    /// <exception cref="HarnessException">It does not start; its log is shown.</exception>
    public static async Task<RedisServer> StartNewAsync(string? parent = null, CancellationToken cancellationToken = default)
    {
        var program = Command.Find(Program)
            ?? throw new MissingToolException($"{Program} is missing. On Debian and Ubuntu: apt-get install redis-server. On macOS: brew install redis");
        var folder = new TemporaryFolder("genops-redis-", parent);
        var port = PortLease.Take();
        var log = Path.Combine(folder.Path, "server.log");
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", port.Port.ToString(CultureInfo.InvariantCulture), "--dir", folder.Path, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", "--logfile", log,
            "--auto-aof-rewrite-percentage", "0", // or it would write its file anew, in the middle of something that is measured
        ];
        var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false }) ?? throw new HarnessException($"{Program} did not start");
        Reaper.Started(process.Id);
        var server = new RedisServer(folder, port, process);
        try
        {
            await Poll.UntilAsync(
                () => process.HasExited
                    ? throw new HarnessException($"Redis ended with {process.ExitCode} instead of starting:{Environment.NewLine}{Log()}")
                    : server.AnswersAsync(cancellationToken),
                StartMax, () => $"Redis does not answer:{Environment.NewLine}{Log()}", cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        string Log() => File.Exists(log) ? File.ReadAllText(log) : "";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Signals.TrySend(_process.Id, Signals.Kill);
        await _process.WaitForExitAsync();
        Reaper.Ended(_process.Id);
        _process.Dispose();
        _port.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Address, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(Ping, cancellationToken);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadLineAsync(cancellationToken) == "+PONG";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false; // it does not listen yet
        }
    }
}
