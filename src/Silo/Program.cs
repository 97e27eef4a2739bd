using GenOps.ControlPlane.Silo.Hosting;

var command = NodeCommand.Create();
return await command.Parse(args).InvokeAsync();
