using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>How one node runs; section <c>GenOps:Node</c> (<c>GenOps__Node__SiloPort</c> in the environment), and the command line over it.</summary>
public sealed class NodeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "GenOps:Node";

    /// <summary>How the ledger is kept.</summary>
    /// <value><see cref="NodeStorage.Sqlite"/>.</value>
    public NodeStorage Storage { get; set; } = NodeStorage.Sqlite;

    /// <summary>Where HTTP listens, several separated by semicolons. Port 0 takes any free one.</summary>
    /// <value><c>http://127.0.0.1:5080</c>.</value>
    public string Urls { get; set; } = "http://127.0.0.1:5080";

    /// <summary>
    /// The directory of the ledger, the snapshots and the admin key; made if it is missing. On PostgreSQL it holds the admin
    /// key alone, and with <see cref="AdminKeyFile"/> it is not used at all.
    /// </summary>
    /// <value><c>./data</c>.</value>
    public string Data { get; set; } = "./data";

    /// <summary>The TCP port on which silos speak to one another; 0 takes any free one.</summary>
    /// <value>11111; from 0 to 65,535.</value>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>The TCP port of the gateway for the client library; 0 takes any free one.</summary>
    /// <value>30000; from 0 to 65,535.</value>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>The IP address at which other silos and clients reach this one.</summary>
    /// <value><c>127.0.0.1</c>.</value>
    public string Advertise { get; set; } = "127.0.0.1";

    /// <summary>Whether the silo's and the gateway's port listen on every address of the machine, instead of the advertised one.</summary>
    /// <value>false.</value>
    public bool ListenOnAnyAddress { get; set; }

    /// <summary>A file with the bootstrap admin's key, given by the operator and the same for every node; the subcommand <c>new-key</c> prints one.</summary>
    /// <value>None: the first node makes a key and writes it to its data directory.</value>
    public string AdminKeyFile { get; set; } = "";

    /// <summary>A listener of its own for <c>/metrics</c> without credential, for a network that only the scraper reaches.</summary>
    /// <value>None: metrics are served where the API is, with a credential for all tenants.</value>
    public string MetricsUrl { get; set; } = "";

    /// <summary>How long HTTP waits for an actor before it answers 503. The outcome is unknown then, and the same id finds it out.</summary>
    /// <value>15 s; from 1 s to 5 min.</value>
    public TimeSpan ActorTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a stopping node lets running requests end and actors write their snapshots.</summary>
    /// <value>20 s; from 1 s to 10 min.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a stopping node says that it is not ready and still serves, for the traffic to turn elsewhere.</summary>
    /// <value>0; to 5 min.</value>
    public TimeSpan DrainDelay { get; set; }

    /// <summary><see cref="Advertise"/> as an address.</summary>
    /// <exception cref="NodeStartException">It is none.</exception>
    public IPAddress AdvertisedAddress =>
        IPAddress.TryParse(Advertise, out var address)
        && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.None) && !Advertise.Contains('%', StringComparison.Ordinal)
            ? address
            : throw new NodeStartException($"--advertise: '{Advertise}' is no IP address that another machine could reach; give this machine's own, such as 10.0.0.5");

    /// <summary>Where the silo's and the gateway's port listen.</summary>
    /// <exception cref="NodeStartException"><see cref="Advertise"/> is no address.</exception>
    public IPAddress ListeningAddress =>
        !ListenOnAnyAddress ? AdvertisedAddress : AdvertisedAddress.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

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

        if (!Enum.IsDefined(Storage))
            throw new NodeStartException($"--storage: '{Storage}' is not known; give sqlite or postgres");

        RequireRange(ActorTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), $"{Section}:{nameof(ActorTimeout)}");
        RequireRange(StopTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), $"{Section}:{nameof(StopTimeout)}");
        RequireRange(DrainDelay, TimeSpan.Zero, TimeSpan.FromMinutes(5), $"{Section}:{nameof(DrainDelay)}");
        ClaimPorts();
        PrepareMetrics();
        if (Storage == NodeStorage.Postgres && AdminKeyFile.Length > 0)
            return;

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

    /// <summary>The options that configuration has.</summary>
    /// <exception cref="NodeStartException">A value is of the wrong kind.</exception>
    internal static NodeOptions Read(IConfiguration configuration)
    {
        var options = new NodeOptions();
        try
        {
            configuration.GetSection(Section).Bind(options);
            return options;
        }
        catch (InvalidOperationException error)
        {
            throw new NodeStartException($"{Section}: {error.Message} {error.InnerException?.Message}".TrimEnd(), error);
        }
    }

    private void PrepareMetrics()
    {
        if (MetricsUrl.Length == 0)
            return;

        var advice = $"{Section}:{nameof(MetricsUrl)}: '{MetricsUrl}' is no address for metrics; give one of its own such as http://127.0.0.1:9464";
        if (!Uri.TryCreate(MetricsUrl, UriKind.Absolute, out var uri) || uri.Scheme != "http" || uri.AbsolutePath != "/" || uri.Port <= 0)
            throw new NodeStartException(advice);
        if (Urls.Split(';').Any(url => Uri.TryCreate(url, UriKind.Absolute, out var api) && api.Port == uri.Port))
            throw new NodeStartException($"{advice}; {uri.Port} is the API's port");
    }

    private void ClaimPorts()
    {
        if (SiloPort == GatewayPort && SiloPort != 0)
            throw new NodeStartException($"--gateway-port: {GatewayPort} is the silo's own port; give another");

        // Both are held until both are found, and one that is asked for comes before one that may be any: the system
        // could otherwise give the same port twice.
        using var first = SiloPort != 0 ? ClaimSilo() : ClaimGateway();
        using var second = SiloPort != 0 ? ClaimGateway() : ClaimSilo();
        (SiloPort, GatewayPort) = SiloPort != 0 ? (PortOf(first), PortOf(second)) : (PortOf(second), PortOf(first));

        TcpListener ClaimSilo() => Claim(ListeningAddress, SiloPort, "--silo-port");
        TcpListener ClaimGateway() => Claim(ListeningAddress, GatewayPort, "--gateway-port");
        static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static TcpListener Claim(IPAddress address, int port, string option)
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new NodeStartException($"{option}: {port} is no TCP port; give one from 1 to {IPEndPoint.MaxPort}, or 0 for any free one");

        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            listener.Dispose();
            throw new NodeStartException($"--advertise: {address} is no address of this machine; give one that is, or set {Section}:{nameof(ListenOnAnyAddress)} where it is reached through another", error);
        }
        catch (SocketException error)
        {
            listener.Dispose();
            throw new NodeStartException($"{option}: port {port} can't be used ({error.Message}); give another, or 0 for any free one", error);
        }
    }

    private static void RequireRange(TimeSpan value, TimeSpan least, TimeSpan most, string option)
    {
        if (value < least || value > most)
            throw new NodeStartException($"{option}: {value} is out of range; set it from {least} to {most}");
    }
}
