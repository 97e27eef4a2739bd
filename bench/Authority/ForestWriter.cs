using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>
/// Writes the streams of a forest's agents as the actors would, registered and granted, only many streams in one commit.
/// Not safe beside a node on the same folder.
/// </summary>
internal static class ForestWriter
{
    private const int StreamsPerCommit = 2_000;

    // As long as an activation's name.
    private const string Author = "0123456789ab.0";

    /// <summary>Writes the streams.</summary>
    /// <param name="forest">The agents.</param>
    /// <param name="agent">How each is registered.</param>
    /// <param name="folder">The data directory.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BenchException">The ledger does not take them.</exception>
    public static async Task WriteAsync(Forest forest, AgentDefinition agent, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var store = new SqliteLedgerStore(
            Options.Create(new SqliteLedgerOptions { DatabasePath = Path.Combine(folder, "ledger.db") }), TimeProvider.System,
            NullLogger<SqliteLedgerStore>.Instance);
        for (var first = 0; first < forest.Count; first += StreamsPerCommit)
        {
            var now = EntryText.Truncate(TimeProvider.System.GetUtcNow());
            List<StreamAppend[]> batch = [];
            for (var number = first; number < Math.Min(forest.Count, first + StreamsPerCommit); number++)
                batch.Add([Agent(forest, number, agent, now)]);
            var commit = await store.CommitAsync(batch, cancellationToken);
            if (commit.Outcomes.FirstOrDefault(outcome => outcome.Kind != AppendOutcomeKind.Accepted) is { } refused)
                throw new BenchException($"the ledger did not take the agents: {refused.Kind}");
        }
    }

    private static StreamAppend Agent(Forest forest, int number, AgentDefinition definition, DateTimeOffset now)
    {
        var stream = forest.Names.Stream(number);
        var defined = EntryText.Compose(stream, LedgerHead.Empty, new AgentDefined(definition, Principal.Bootstrap), now, Author);
        var granted = EntryText.Compose(
            stream, defined.Head, new DelegationGranted(forest.Names.Delegation(number), forest.Definition(number), Principal.Bootstrap), now, Author);
        return new StreamAppend(stream, LedgerHead.Empty, [defined, granted], true);
    }
}
