using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.ExceptionServices;
using GenOps.ControlPlane.Bench.Node;
using GenOps.ControlPlane.Bench.Trees;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Bench.Memory;

/// <summary>Measures what scopes and open reservations take in memory, made by the trees' own commands.</summary>
internal sealed class MemoryBench(MemoryPlan plan, CancellationToken cancellationToken)
{
    private const int DefinedScopes = 10;

    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    // Each customer has its own limit by the month.
    private static readonly BudgetDefinition PerCustomer = NodeSetup.Flat with
    {
        MaxScopes = 1_000_000,
        PerValue = ImmutableSortedDictionary<string, PerValueDefinition>.Empty.Add(
            "customerId", new PerValueDefinition([NodeSetup.Every(BudgetPeriod.Month)])),
    };

    private static readonly BudgetDefinition Defined = NodeSetup.Flat with
    {
        Children = Enumerable.Range(0, DefinedScopes).ToImmutableSortedDictionary(
            Team, _ => new BudgetScopeDefinition([NodeSetup.Every(BudgetPeriod.Month)])),
    };

    /// <summary>Measures one layout after the other.</summary>
    public static MemoryFigures Run(MemoryPlan plan, TextWriter progress, CancellationToken cancellationToken)
    {
        var bench = new MemoryBench(plan, cancellationToken);
        progress.WriteLine($"{plan.Trees} trees: {plan.Each} idle scopes each");
        var (idle, idleRestored) = bench.Measure(tree => bench.ChargeCustomers(tree, isOpen: false));
        progress.WriteLine($"{plan.Trees} trees: {plan.Each} open reservations each, on {DefinedScopes} scopes");
        var (open, openRestored) = bench.Measure(bench.ReserveDefined);
        progress.WriteLine($"{plan.Trees} trees: {plan.Each} open reservations each, each on its own scope");
        var (both, _) = bench.Measure(tree => bench.ChargeCustomers(tree, isOpen: true));
        return new MemoryFigures(plan.Trees, plan.Each, idle, open, both, idleRestored, openRestored);
    }

    /// <summary>Bytes for each scope or reservation: as they came to be, and put back from snapshots.</summary>
    private (double Made, double Restored) Measure(Func<int, BudgetTree> make)
    {
        // Everything that is made only once is made before.
        Apart(() => make(0).Save());
        var before = Heap();
        var trees = new BudgetTree?[plan.Trees];
        Apart(() =>
        {
            for (var number = 0; number < trees.Length; number++)
                trees[number] = make(number);
        });
        var made = Heap() - before;
        Apart(() =>
        {
            for (var number = 0; number < trees.Length; number++)
            {
                var image = trees[number]!.Save();
                trees[number] = new BudgetTree(Root(number));
                trees[number]!.Restore(image);
            }
        });
        var restored = Heap() - before;
        GC.KeepAlive(trees);
        return (Math.Round((double)made / plan.Count, 1), Math.Round((double)restored / plan.Count, 1));
    }

    private static long Heap()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>On a thread of its own: what its stack kept alive is gone before the heap is measured.</summary>
    private static void Apart(Action action)
    {
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                failed = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failed?.Throw();
    }

    private BudgetTree ChargeCustomers(int number, bool isOpen)
    {
        var tree = New(number, PerCustomer);
        var commands = new TreeCommands(ScopePath.Root);
        var now = Start;
        Warm(tree, commands, now);
        for (var customer = 0; customer < plan.Each; customer++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            now = now.AddMilliseconds(1);
            var id = WorkloadId.New(now);
            tree.Admit(commands.Reserve(id, string.Create(CultureInfo.InvariantCulture, $"c-{number:0000}-{customer:000000}")), now);
            if (!isOpen)
                tree.Reconcile(commands.Settle(id), now);
        }

        return tree;
    }

    private BudgetTree ReserveDefined(int number)
    {
        var tree = New(number, Defined);
        TreeCommands[] commands = [.. Enumerable.Range(0, DefinedScopes).Select(scope => new TreeCommands(ScopePath.Parse(Team(scope))))];
        var now = Start;
        Warm(tree, commands[0], now);
        for (var count = 0; count < plan.Each; count++)
        {
            now = now.AddMilliseconds(1);
            tree.Admit(commands[count % DefinedScopes].Reserve(WorkloadId.New(now), "customer-17"), now);
        }

        return tree;
    }

    /// <summary>One settled workload, as any tree in use has: from then on it knows the model.</summary>
    private static void Warm(BudgetTree tree, TreeCommands commands, DateTimeOffset now)
    {
        var id = WorkloadId.New(now);
        tree.Admit(commands.Reserve(id, "customer-0"), now);
        tree.Reconcile(commands.Settle(id), now);
    }

    private static BudgetTree New(int number, BudgetDefinition definition)
    {
        var tree = new BudgetTree(Root(number));
        tree.Take(tree.Define(definition, Principal.ControlPlane)!, Start);
        return tree;
    }

    private static BudgetRoot Root(int number) => BudgetRoot.Parse(string.Create(CultureInfo.InvariantCulture, $"tree-{number:0000}"));

    private static string Team(int number) => string.Create(CultureInfo.InvariantCulture, $"team-{number}");
}
