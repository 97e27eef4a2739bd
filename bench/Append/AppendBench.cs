using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Bench.Authorize;
using GenOps.ControlPlane.Bench.Measuring;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Silo.Storage;
using GenOps.ControlPlane.Workloads;
using LedgerStreamId = GenOps.ControlPlane.Ledger.StreamId;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GenOps.ControlPlane.Bench.Append;

/// <summary>Measures a durable append layer by layer.</summary>
internal static class AppendBench
{
    private const int Rounds = 5;

    private static readonly LedgerStreamId Stream = new("b/bench/budget-0000");

    /// <summary>Measures, and prints a table.</summary>
    public static async Task RunAsync(int appends, string parent, TextWriter output, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetFullPath(parent), $"genops-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(Path.Combine(folder, "committer"));
        Directory.CreateDirectory(Path.Combine(folder, "store"));
        try
        {
            var options = Ledger(Path.Combine(folder, "committer"));
            SqliteSchema.Ledger(TimeProvider.System).Apply(options.DatabasePath, options.BusyTimeout);
            using var committer = new SqliteLedgerCommitter(options);
            using var store = new SqliteLedgerStore(Options.Create(Ledger(Path.Combine(folder, "store"))), TimeProvider.System, NullLogger<SqliteLedgerStore>.Instance);
            await using var writer = new LedgerWriter(
                store, Options.Create(new LedgerOptions()), TimeProvider.System, NullLogger<LedgerWriter>.Instance);
            var (alone, stored) = (new Chain(Stream), new Chain(Stream));
            using var bare = new BareAppend(Path.Combine(folder, "bare.db"), Row(new Chain(Stream).Next()));

            var layers = new List<(string Name, Func<Task> Append)>
            {
                ("compose the entry", () => { new Chain(Stream).Next(); return Task.CompletedTask; }),
                ("bare row", () => { bare.Append(); return Task.CompletedTask; }),
                ("connection", () => { committer.Commit([[alone.Next()]]); return Task.CompletedTask; }),
                ("thread of commits", () => store.CommitAsync([[stored.Next()]], cancellationToken)),
                ("ledger's writer", () => writer.AppendAllAsync([stored.Next()])),
            };
            var rounds = layers.ToDictionary(layer => layer.Name, _ => new List<Latencies>());
            for (var round = 0; round <= Rounds; round++)
            {
                foreach (var (name, append) in layers)
                {
                    var latencies = new Latencies();
                    for (var call = 0; call < appends; call++)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        var started = Stopwatch.GetTimestamp();
                        await append();
                        latencies.AddSince(started);
                    }

                    if (round > 0)
                        rounds[name].Add(latencies);
                }
            }

            await output.WriteLineAsync($"{Rounds} rounds of {appends} appends: medians in ms (lowest to highest round)");
            foreach (var (name, _) in layers)
            {
                var figures = LatencyFigures.Of(rounds[name]);
                await output.WriteLineAsync($"  {name,-22}{Text(figures.P50),-28}p99 {Text(figures.P99)}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SqliteLedgerOptions Ledger(string folder) => new() { DatabasePath = Path.Combine(folder, "ledger.db") };

    private static LedgerRow Row(StreamAppend append)
    {
        var entry = append.Entries[0];
        return new LedgerRow(
            entry.Stream.Value, entry.Previous.ToArray(), entry.Hash.ToArray(), entry.Kind, entry.Stream.Tenant.Value,
            entry.Workload!.Value.Value.ToByteArray(bigEndian: true), entry.Slot, 0, entry.Text.ToArray());
    }

    private static string Text(Spread spread) =>
        string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.000} ({spread.Least:0.000} to {spread.Most:0.000})");

    /// <summary>Decisions, one after the other.</summary>
    private sealed class Chain(LedgerStreamId stream)
    {
        private static readonly BudgetRoot Root = BudgetRoot.Parse("budget-0000");
        private static readonly Quantity Held = Quantity.Parse("0.000315");

        private LedgerHead _head = LedgerHead.Empty;

        public StreamAppend Next()
        {
            var now = EntryText.Truncate(TimeProvider.System.GetUtcNow());
            var id = WorkloadId.New(now);
            var request = new WorkloadRequest(
                AgentId.Parse("agent-0000"), new Operation("answer ticket", "inference"),
                new Attribution("support", "helpdesk", "production", "customer-17", "chat"), id, "openai", "gpt-4o-mini",
                Estimate: Estimate.OfTokens(900, 300));
            var decision = new Decision(
                id, DecisionResult.Allowed, null, null, null,
                [new Reservation(Root, ScopePath.Root, Held, Unit.Usd, Quantity.Parse("999999999.999685"))], now.AddMinutes(2), new Epoch(1));
            var entry = EntryText.Compose(
                stream, _head, new WorkloadReserved(id, request, ContentHash.Of(request), ScopePath.Root, Held, now.AddMinutes(2), decision, "2026-11-01"), now);
            var append = new StreamAppend(stream, _head, [entry], false);
            _head = entry.Head;
            return append;
        }
    }
}
