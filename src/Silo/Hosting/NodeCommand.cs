using System.CommandLine;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>The command line's root: run a node until it is told to stop.</summary>
internal static class NodeCommand
{
    /// <summary>The command, with its options. Other commands are added to it.</summary>
    public static RootCommand Create()
    {
        var standard = new NodeOptions();
        var urls = new Option<string>("--urls")
        {
            Description = "Where HTTP listens; several separated by semicolons",
            DefaultValueFactory = _ => standard.Urls,
        };
        var data = new Option<string>("--data")
        {
            Description = "The directory of the ledger, the snapshots and the admin key",
            DefaultValueFactory = _ => standard.Data,
        };
        var siloPort = new Option<int>("--silo-port")
        {
            Description = "The port between silos; 0 takes any free one",
            DefaultValueFactory = _ => standard.SiloPort,
        };
        var gatewayPort = new Option<int>("--gateway-port")
        {
            Description = "The port of the gateway for the client library; 0 takes any free one",
            DefaultValueFactory = _ => standard.GatewayPort,
        };

        var command = new RootCommand("Runs a node of the GenOps control plane for AI agents.") { urls, data, siloPort, gatewayPort };
        command.SetAction((parse, cancellationToken) => RunAsync(
            new NodeOptions
            {
                Urls = parse.GetRequiredValue(urls),
                Data = parse.GetRequiredValue(data),
                SiloPort = parse.GetRequiredValue(siloPort),
                GatewayPort = parse.GetRequiredValue(gatewayPort),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using var node = NodeHost.Build(options);
            await node.StartNodeAsync(cancellationToken);
            Welcome.Print(node, options, Console.Out);
            await node.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (NodeStartException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }
}
