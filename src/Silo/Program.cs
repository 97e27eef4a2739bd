using System.CommandLine;
using GenOps.ControlPlane.Silo.Hosting;

var command = CommandLine.Create();
var parse = command.Parse(args);

// A node's host answers signals itself, and takes the time that an orderly stop needs; the command line gives two seconds.
var configuration = new InvocationConfiguration();
if (parse.CommandResult.Command == command)
    configuration.ProcessTerminationTimeout = null;
return await parse.InvokeAsync(configuration);
