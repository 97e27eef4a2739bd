using System.Reflection;
using GenOps.ControlPlane.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace GenOps.ControlPlane.Silo.Tests.Http;

/// <summary>A workload is settled over HTTP by its id alone: whose it is must be known, fast.</summary>
public sealed class SettlingByIdTests
{
    private const string T = "/v1/tenants/acme";

    [Fact]
    public async Task Reconcile_JustAdmitted_ReadsNothingOfTheLedger()
    {
        await using var node = new TestNode
        {
            Configure = builder => builder.Services.AddSingleton<ILedgerReader>(provider => CountingReader.Of(provider.GetRequiredService<ILedgerStore>())),
        };
        await node.InitializeAsync();
        await node.DoAsync("PUT", T, "{}");
        await node.DoAsync("PUT", $"{T}/budgets/usd", """{ "unit": "USD", "limit": "100" }""");
        await node.RegisterAsync("acme", "bot", """{ "budgets": [ { "root": "usd" } ] }""");
        var reader = (CountingReader)(object)node.App.Services.GetRequiredService<ILedgerReader>();
        var id = (await node.DoAsync("POST", $"{T}/workloads", Bodies.Workload())).Text("id");
        var before = reader.WorkloadsRead;

        var settled = await node.DoAsync("POST", $"{T}/workloads/{id}/reconcile", """{ "actual": [ { "amount": "0.7", "unit": "USD" } ] }""");

        Assert.Equal("reconciled", settled.Text("state"));
        Assert.Equal(before, reader.WorkloadsRead);

        // What nobody remembers is read, so that the reader counts.
        Assert.Equal(404, (await node.SendAsync("POST", $"{T}/workloads/0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d01/reconcile", """{ "actual": [ { "amount": "0.7", "unit": "USD" } ] }""")).Status);
        Assert.Equal(before + 1, reader.WorkloadsRead);
    }

    /// <summary>The node's ledger, which counts how often a workload was looked up.</summary>
    private class CountingReader : DispatchProxy
    {
        private int _workloadsRead;
        private ILedgerStore _ledger = null!;

        public int WorkloadsRead => Volatile.Read(ref _workloadsRead);

        public static ILedgerReader Of(ILedgerStore ledger)
        {
            var reader = Create<ILedgerReader, CountingReader>();
            ((CountingReader)(object)reader)._ledger = ledger;
            return reader;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(ILedgerReader.FindWorkloadAsync))
                Interlocked.Increment(ref _workloadsRead);
            return targetMethod.Invoke(_ledger, BindingFlags.DoNotWrapExceptions, null, args, null);
        }
    }
}
