using System.CommandLine;
using System.CommandLine.Help;
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

// What the root's help says of each: one page for all. Their own help says the rest.
(Command Benchmark, string Summary)[] benchmarks =
[
    (authorize, "What a decision takes, beside the floor of its parts. 2 minutes; --quick 35 s"),
    (CompareCommand.Create(), "Beside a stored procedure and a Redis script, at equal durability. 3 minutes; --full 12"),
    (ClusterCommand.Create(), "What three silos reach beside one, on PostgreSQL. 4 minutes; --full 9"),
    (ChaosCommand.Create(), "Breaks clusters under load and checks every promise. 1 to 6 minutes a scenario"),
    (AuthorityCommand.Create(), "What long chains take, and revoking a tree of 100,000. 1 minute; --full a few"),
    (AppendCommand.Create(), "Where the time of one durable append goes. 20 s"),
    (DepthCommand.Create(), "What the depth of a budget costs. 50 s; --full 2 minutes"),
    (HotCommand.Create(), "What one budget reaches that all draw from. 50 s; --full 2 minutes"),
    (MemoryCommand.Create(), "Bytes a scope and an open reservation take. 1 minute; --full some"),
    (RecoveryCommand.Create(), "How soon a budget answers after its node was killed. 1 minute; --full some"),
];

var root = new RootCommand("""
    Measures the GenOps control plane. Without a command: authorize.
    Each benchmark starts what it measures by itself; COMMAND --help says how it measures, and what must be installed.
    """);
foreach (var (benchmark, _) in benchmarks)
    root.Subcommands.Add(benchmark);
root.Subcommands.Add(RecoveryCommand.CreateNode());
foreach (var option in authorize.Options)
    root.Options.Add(option);
root.SetAction((parse, cancellationToken) => AuthorizeCommand.RunAsync(parse, cancellationToken));

var asked = root.Parse(args);
if (asked.Action is HelpAction && asked.CommandResult.Command == root)
{
    foreach (var (benchmark, summary) in benchmarks)
        benchmark.Description = summary;
}

return await asked.InvokeAsync();
