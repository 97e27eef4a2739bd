using System.CommandLine;
using GenOps.ControlPlane.Silo.Demo;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>All that the program can be told: the node, and the commands beside it.</summary>
internal static class CommandLine
{
    /// <summary>The root, with every subcommand.</summary>
    public static RootCommand Create()
    {
        var command = NodeCommand.Create();
        command.Subcommands.Add(DemoCommand.Create());
        command.Subcommands.Add(HealthCommand.Create());
        command.Subcommands.Add(MigrateCommand.Create());
        command.Subcommands.Add(NewKeyCommand.Create());
        return command;
    }
}
