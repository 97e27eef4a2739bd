using System.CommandLine;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Silo.Hosting;

/// <summary>Prints a new key of all tenants, for the operator's file of the bootstrap admin. It is good once a node has read that file.</summary>
internal static class NewKeyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("new-key", $"Prints a new admin key, for the file that {NodeOptions.Section}:{nameof(NodeOptions.AdminKeyFile)} names. It is a secret.");
        command.SetAction(_ => Console.Out.WriteLine(ApiKey.New(TenantId.All).Reveal()));
        return command;
    }
}
