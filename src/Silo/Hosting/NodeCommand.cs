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
            Description = $"Where HTTP listens; several separated by semicolons [default: {standard.Urls}]",
        };
        var data = new Option<string>("--data")
        {
            Description = $"The directory of the ledger, the snapshots and the admin key [default: {standard.Data}]",
        };
        var storage = new Option<NodeStorage>("--storage")
        {
            Description = "sqlite keeps everything in the data directory; postgres makes the node a member of a cluster [default: sqlite]",
        };
        var advertise = new Option<string>("--advertise")
        {
            Description = $"The IP address at which other silos and clients reach this one [default: {standard.Advertise}]",
        };
        var siloPort = new Option<int>("--silo-port")
        {
            Description = $"The port between silos; 0 takes any free one [default: {standard.SiloPort}]",
        };
        var gatewayPort = new Option<int>("--gateway-port")
        {
            Description = $"The port of the gateway for the client library; 0 takes any free one [default: {standard.GatewayPort}]",
        };

        var command = new RootCommand(
            "Runs a node of the GenOps control plane for AI agents. Configuration (GenOps__Node__SiloPort in the environment) holds for what the command line leaves out.")
        {
            urls, data, storage, advertise, siloPort, gatewayPort,
        };
        command.SetAction((parse, cancellationToken) => RunAsync(
            options =>
            {
                Take(parse, urls, value => options.Urls = value);
                Take(parse, data, value => options.Data = value);
                Take(parse, storage, value => options.Storage = value);
                Take(parse, advertise, value => options.Advertise = value);
                Take(parse, siloPort, value => options.SiloPort = value);
                Take(parse, gatewayPort, value => options.GatewayPort = value);
            },
            cancellationToken));
        return command;
    }

    private static void Take<T>(ParseResult parse, Option<T> option, Action<T> set)
    {
        if (parse.GetResult(option) is { Implicit: false })
            set(parse.GetRequiredValue(option));
    }

    // Beyond the time that the options give to a stop: for what the parts need to see that it is over.
    private static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(5);

    private static async Task<int> RunAsync(Action<NodeOptions> commandLine, CancellationToken cancellationToken)
    {
        using var signals = new NodeSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stop);
        try
        {
            var builder = NodeHost.CreateBuilder();
            var options = NodeOptions.Read(builder.Configuration);
            commandLine(options);
            var node = NodeHost.Build(builder, options, built => built.Services.AddSingleton<IHostLifetime>(signals));
            var loggers = node.Services.GetRequiredService<ILoggerFactory>();
            var late = LateAsync(options, node.Lifetime.ApplicationStopping);
            var ended = RunAsync(node, options, stop.Token);
            if (await Task.WhenAny(ended, late) == ended)
            {
                await ended;
                return ExitCode.Stopped;
            }

            ClusterLog.StoppedLate(loggers.CreateLogger<NodeSignals>(), options.StopTimeout);
            new ProcessExit(loggers).End(ExitCode.NotHandedOver, "the stop took too long");
            return ExitCode.NotHandedOver;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Stopped; // told to stop while it started
        }
        catch (NodeStartException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.NotStarted;
        }
    }

    private static async Task RunAsync(WebApplication node, NodeOptions options, CancellationToken stop)
    {
        await using (node)
        {
            await node.StartNodeAsync(stop);
            if (!stop.IsCancellationRequested)
                Welcome.Print(node, options, Console.Out);
            await node.WaitForShutdownAsync(stop);
        }
    }

    /// <summary>Completes when a stop has begun and should have ended.</summary>
    private static async Task LateAsync(NodeOptions options, CancellationToken stopping)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(() => begun.TrySetResult());
        await begun.Task;
        await Task.Delay(options.DrainDelay + options.StopTimeout + LateAfter, TimeProvider.System, CancellationToken.None);
    }
}
