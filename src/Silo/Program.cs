using GenOps.ControlPlane.Silo.Demo;
using GenOps.ControlPlane.Silo.Hosting;

var command = NodeCommand.Create();
command.Subcommands.Add(DemoCommand.Create());
command.Subcommands.Add(HealthCommand.Create());
return await command.Parse(args).InvokeAsync();
