using System.CommandLine;
using GenOps.ControlPlane.Bench.Append;
using GenOps.ControlPlane.Bench.Authorize;

var authorize = AuthorizeCommand.Create();
var root = new RootCommand("Measures what a decision of the GenOps control plane costs. Without a command: authorize.") { authorize, AppendCommand.Create() };
foreach (var option in authorize.Options)
    root.Options.Add(option);
root.SetAction((parse, cancellationToken) => AuthorizeCommand.RunAsync(parse, cancellationToken));
return await root.Parse(args).InvokeAsync();
