using System.Net;
using System.Net.Sockets;

namespace GenOps.ControlPlane.Silo.Demo.Nodes;

/// <summary>TCP ports of 127.0.0.1 that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>As many different ports as asked for. Somebody else may take one before it is used: then the node says so.</summary>
    public static int[] Find(int count)
    {
        // All of them are held until the last is found, so that none is found twice.
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listeners.Add(listener);
                listener.Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
