using System.CommandLine;
using GenOps.ControlPlane.Bench.Alternatives;
using GenOps.ControlPlane.Bench.Append;
using GenOps.ControlPlane.Bench.Authority;
using GenOps.ControlPlane.Bench.Authorize;
using GenOps.ControlPlane.Bench.Chaos;
using GenOps.ControlPlane.Bench.Cluster;
using GenOps.ControlPlane.Bench.Depth;
using GenOps.ControlPlane.Bench.Hot;
using GenOps.ControlPlane.Bench.Memory;
using GenOps.ControlPlane.Bench.Recovery;

var authorize = AuthorizeCommand.Create();
var root = new RootCommand("Measures what a decision of the GenOps control plane costs. Without a command: authorize.")
{
    authorize, AppendCommand.Create(), DepthCommand.Create(), HotCommand.Create(), MemoryCommand.Create(),
    RecoveryCommand.Create(), RecoveryCommand.CreateNode(),
    AuthorityCommand.Create(), ChaosCommand.Create(), ClusterCommand.Create(), CompareCommand.Create(),
};
foreach (var option in authorize.Options)
    root.Options.Add(option);
root.SetAction((parse, cancellationToken) => AuthorizeCommand.RunAsync(parse, cancellationToken));
return await root.Parse(args).InvokeAsync();
