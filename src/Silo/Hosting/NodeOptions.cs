using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>How one node runs.</summary>
public sealed class NodeOptions
{
    /// <summary>Where HTTP listens, several separated by semicolons. Port 0 takes any free one.</summary>
    /// <value><c>http://127.0.0.1:5080</c>.</value>
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    /// <summary>The directory of the ledger, the snapshots and the admin key; made if it is missing.</summary>
    /// <value><c>./data</c>.</value>
    public string Data { get; set; } = "./data";

    /// <summary>The TCP port on which silos speak to one another; 0 takes any free one.</summary>
    /// <value>11111; from 0 to 65,535.</value>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>The TCP port of the gateway for the client library; 0 takes any free one.</summary>
    /// <value>30000; from 0 to 65,535.</value>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>How long HTTP waits for an actor before it answers 503. The outcome is unknown then, and the same id finds it out.</summary>
    /// <value>15 s; from 1 s to 5 min.</value>
    public TimeSpan ActorTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a stopping node lets running requests end and actors write their snapshots.</summary>
    /// <value>20 s; from 1 s to 10 min.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The data directory, absolute.</summary>
    public string DataDirectory => Path.GetFullPath(Data);

    /// <summary>Checks the options, makes the data directory, and settles which ports are used.</summary>
    /// <exception cref="NodeStartException">Something is wrong; the message says which option mends it.</exception>
    public void Prepare()
    {
        foreach (var url in Urls.Split(';'))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw new NodeStartException($"--urls: '{url}' is no address to listen on; give one such as http://127.0.0.1:5080");
        }

        RequireRange(ActorTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), nameof(ActorTimeout));
        RequireRange(StopTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(StopTimeout));
        SiloPort = ClaimPort(SiloPort, "--silo-port");
        GatewayPort = ClaimPort(GatewayPort, "--gateway-port");
        if (SiloPort == GatewayPort)
            throw new NodeStartException($"--gateway-port: {GatewayPort} is the silo's own port; give another");

        try
        {
            // The ledger and the admin key are in it: its owner's business alone.
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(DataDirectory);
            else
                Directory.CreateDirectory(DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"--data: the directory '{DataDirectory}' can't be made ({error.Message}); give another", error);
        }
    }

    private static int ClaimPort(int port, string option)
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new NodeStartException($"{option}: {port} is no TCP port; give one from 1 to {IPEndPoint.MaxPort}, or 0 for any free one");

        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException error)
        {
            throw new NodeStartException($"{option}: port {port} can't be used ({error.Message}); give another, or 0 for any free one", error);
        }
    }

    private static void RequireRange(TimeSpan value, TimeSpan least, TimeSpan most, string option)
    {
        if (value < least || value > most)
            throw new NodeStartException($"{option}: {value} is out of range; set it from {least} to {most}");
    }
}
