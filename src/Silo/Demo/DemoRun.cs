using System.Collections.Immutable;
using GenOps.ControlPlane.Access;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Client;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Pricing;
using GenOps.ControlPlane.Silo.Demo.Nodes;
using GenOps.ControlPlane.Silo.Demo.Organisations;
using GenOps.ControlPlane.Silo.Demo.Proofs;
using GenOps.ControlPlane.Silo.Demo.Replays;
using GenOps.ControlPlane.Silo.Demo.Screens;
using GenOps.ControlPlane.Silo.Demo.Traces;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Silo.Demo;

/// <summary>
/// A day of a company in a minute: a real node in a process of its own, a real trace replayed through the client
/// library, and everything that is claimed counted again.
/// </summary>
internal sealed class DemoRun(DemoOptions options, DemoScreen screen, TimeProvider time)
{
    private const int BarDepth = 2;
    private const int RecountsMax = 20;

    /// <summary>The person who approves is quick here.</summary>
    private static readonly TimeSpan ApprovalPollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it.</summary>
    /// <exception cref="DemoException">It could not come to an end; the message says why.</exception>
    public async Task<DemoReport> RunAsync(CancellationToken cancellationToken)
    {
        // What may be wrong with the input is found before anything is started.
        var organisation = OrganisationReader.ReadFolder(options.OrganisationDirectory);
        ImmutableArray<AssignedCall> calls =
            [.. TraceReader.ReadFile(options.TracePath, options.TraceLimits).Select(AssignmentRule.Assign)];
        if (AssignmentRule.Agents.FirstOrDefault(agent => !organisation.Agents.ContainsKey(agent)) is { Value: { } missing })
            throw new DemoException($"the organisation has no agent '{missing}', which calls are assigned to");

        screen.Say($"Trace         {options.TracePath}: {calls.Length:N0} calls");
        screen.Say($"Organisation  {organisation.Tenant}: {organisation.Agents.Count} agents, {organisation.Budgets.Count} budgets, {organisation.Delegations.All.Length} delegations");
        using var data = DataDirectory.Create(options.DataDirectory);
        await using var node = NodeProcess.Start(data.Path, time);
        node.StopTimeout = options.StopTimeout;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await node.WaitUntilReadyAsync(options.ReadyTimeout, stop.Token);
            screen.Say($"Node          {node.Address} in process {node.ProcessId}, data in {data.Path}");
            var work = WorkAsync(node, organisation, calls, stop.Token);
            var ended = node.WaitForEndAsync(stop.Token);
            if (await Task.WhenAny(work, ended) == ended && !stop.IsCancellationRequested)
            {
                await stop.CancelAsync();
                await Task.WhenAny(work);
                throw node.Ended();
            }

            var report = await work;
            await stop.CancelAsync();
            if (options.Keep)
                Keep(node, data);
            return report;
        }
        catch (GenOpsException error)
        {
            throw new DemoException($"the replay stopped: {error.Code}: {error.Message}; the node wrote last:{Environment.NewLine}{node.RecentOutput}", error);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            node.StopTimeout = options.InterruptedStopTimeout;
            throw;
        }
    }

    private async Task<DemoReport> WorkAsync(
        NodeProcess node, Organisation organisation, ImmutableArray<AssignedCall> calls, CancellationToken cancellationToken)
    {
        var adminKey = (await File.ReadAllTextAsync(node.AdminKeyPath, cancellationToken)).Trim();
        using var api = new NodeApi(node.Url, adminKey, organisation.Tenant, options.HttpTimeout);
        await api.ApplyAsync(organisation, cancellationToken);
        var serviceKey = await api.CreateKeyAsync(new KeyRequest(Role.Service, Principal.Parse("user:demo")), cancellationToken);
        await using var services = new ServiceCollection()
            .AddSingleton(time)
            .AddGenOpsClient(client =>
            {
                client.Tenant = organisation.Tenant.Value;
                client.Gateways = [$"127.0.0.1:{node.GatewayPort}"];
                client.ApiKey = serviceKey;
                client.ApprovalPollMin = ApprovalPollInterval;
            })
            .BuildServiceProvider();

        var suspension = new Suspension(
            BusiestOfLastQuarter(calls),
            (agent, cancellation) => api.SuspendAsync(agent, "the demo stops a busy agent in the middle of everything", cancellation),
            time);
        var client = services.GetRequiredService<IGenOpsClient>();
        var approval = await ApproveAsync(node, api, organisation, client, cancellationToken);
        var revocation = RevocationOf(organisation, calls, suspension.Agent, api);
        await using var inFlight = new WorkInFlight(client, FirstOfBusiest(calls, revocation.Agents), time);
        screen.Say($"Suspension    {suspension.Agent}, at half way");
        screen.Say($"Revocation    {revocation.Delegation}, right after it, while a call of {inFlight.Agent} runs");
        screen.Say("");
        screen.Show(organisation.Delegations, revocation.Delegation);
        screen.Say("");
        var progress = new ReplayProgress(calls.Length);
        var replaying = new Replay(client, calls, suspension, revocation, inFlight, progress, time)
            .RunAsync(options.Callers, cancellationToken);
        await screen.WatchAsync(replaying, progress, cancellation => BarsAsync(api, organisation, cancellation), cancellationToken);
        var replay = await replaying;

        screen.Say("");
        screen.Say("Verifying the ledger and counting everything again …");
        return await ProveAsync(api, organisation, replay, approval, progress, cancellationToken);
    }

    private async Task<ApprovalReport> ApproveAsync(
        NodeProcess node, NodeApi api, Organisation organisation, IGenOpsClient client, CancellationToken cancellationToken)
    {
        var managerKey = await api.CreateKeyAsync(
            new KeyRequest(Role.Approver, Principal.Parse("user:robert@acme.example"), ["managers"]), cancellationToken);
        using var manager = new NodeApi(node.Url, managerKey, organisation.Tenant, options.HttpTimeout);
        var report = await new ApprovedAction(
            client, (approval, cancellation) => manager.ApproveAsync(approval, "the customer is right", cancellation), time).RunAsync(cancellationToken);
        screen.Say($"Approval      {report.Agent} asks for a refund of {ApprovedAction.RefundAmount}: BLOCKED {report.ReasonCode}, since {report.Condition}");
        screen.Say($"              {report.ApprovedBy} approves: {report.Result.Text()} after {report.WaitedMs:N0} ms");
        return report;
    }

    private async Task<DemoReport> ProveAsync(
        NodeApi api, Organisation organisation, ReplayResult replay, ApprovalReport approval, ReplayProgress progress,
        CancellationToken cancellationToken)
    {
        var evidence = await api.VerifyEvidenceAsync(cancellationToken);
        var (ledger, views) = await RecountAsync(api, organisation, cancellationToken);
        var trace = new TraceRecount(organisation, PriceBook.Default, time.GetUtcNow());
        foreach (var outcome in replay.Outcomes)
            trace.Take(outcome);
        foreach (var extra in approval.Calls.Add(replay.InFlight.Call))
            trace.Take(extra);

        var invariants = Proof.Check(replay, approval, evidence, ledger, trace, views);
        return new DemoReport(
            replay.Outcomes.Length,
            Enum.GetValues<DecisionResult>().ToImmutableSortedDictionary(result => result.Text(), progress.Of),
            progress.Reasons(),
            [.. views.SelectMany(view => BudgetLine.Of(view))],
            ledger.Overspend,
            replay.Suspension,
            replay.Revocation,
            replay.InFlight,
            approval,
            new EvidenceReport(evidence.Entries, evidence.Verified),
            invariants.All(invariant => invariant.Held || invariant.Name is not (Proof.FromLedger or Proof.FromTrace)),
            Math.Round(replay.PairsPerSecond, 1),
            Latencies.Of(replay.Outcomes.Select(outcome => outcome.AuthorizeTime)),
            Latencies.Of(replay.Outcomes.Select(outcome => outcome.ReconcileTime).OfType<TimeSpan>()),
            Math.Round(replay.Elapsed.TotalSeconds, 3),
            [.. invariants.Where(invariant => !invariant.Held).Select(invariant => $"{invariant.Name}: {invariant.Detail}")])
        {
            Invariants = invariants,
            CutOff = CutOffLine.Of(replay.Revocation.Delegation, organisation.Delegations, replay.Outcomes),
        };
    }

    /// <summary>
    /// Reads ledger and budgets until nothing was written between the two readings, so that they speak of one instant.
    /// </summary>
    private static async Task<(LedgerRecount Ledger, ImmutableArray<BudgetView> Views)> RecountAsync(
        NodeApi api, Organisation organisation, CancellationToken cancellationToken)
    {
        var ledger = new LedgerRecount();
        ImmutableArray<BudgetView> views = [];
        string? cursor = null;
        for (var round = 0; round < RecountsMax; round++)
        {
            bool hasNew;
            (hasNew, cursor) = await ReadOnAsync(api, ledger, cursor, cancellationToken);
            if (!hasNew && round > 0)
                return (ledger, views);

            views = [];
            foreach (var root in organisation.Budgets.Keys.Concat(await api.ListSpendTreesAsync(cancellationToken)))
                views = views.AddRange(await api.ReadBudgetAsync(root, cancellationToken));
        }

        throw new DemoException($"the ledger still changed while it was read for the {RecountsMax}th time; nothing should run any more");
    }

    private static async Task<(bool HasNew, string? LastPage)> ReadOnAsync(
        NodeApi api, LedgerRecount ledger, string? cursor, CancellationToken cancellationToken)
    {
        var hasNew = false;
        while (true)
        {
            var (entries, next) = await api.ReadEvidenceAsync(cursor, cancellationToken);
            foreach (var entry in entries)
                hasNew |= ledger.Take(entry);

            // The last page is read again next time: what is added comes after its entries.
            if (next is null)
                return (hasNew, cursor);
            cursor = next;
        }
    }

    private static async Task<ImmutableArray<BudgetLine>> BarsAsync(NodeApi api, Organisation organisation, CancellationToken cancellationToken)
    {
        var lines = ImmutableArray.CreateBuilder<BudgetLine>();
        foreach (var root in organisation.Budgets.Keys)
        {
            foreach (var view in await api.ReadBudgetTopAsync(root, BarDepth, cancellationToken))
                lines.AddRange(BudgetLine.Of(view).Where(line => line.Limit is not null));
        }

        return lines.ToImmutable();
    }

    /// <summary>
    /// What is taken away: a person's delegation that the suspended agent does not stand on. One that limits spend goes
    /// first, for its tree closes with it; then the one with the most calls in the last quarter.
    /// </summary>
    private Revocation RevocationOf(Organisation organisation, ImmutableArray<AssignedCall> calls, AgentId suspended, NodeApi api)
    {
        var grants = organisation.Delegations;
        var (root, agents) = grants.Roots
            .Select(root => (Root: root, Agents: organisation.Agents.Keys.Where(agent => grants.DependsOn(agent, root.Id)).ToImmutableHashSet()))
            .Where(tree => !tree.Agents.Contains(suspended) && LastQuarter(calls).Any(call => tree.Agents.Contains(call.Agent)))
            .OrderByDescending(tree => tree.Root.Definition.Limits?.Spend is not null)
            .ThenByDescending(tree => LastQuarter(calls).Count(call => tree.Agents.Contains(call.Agent)))
            .ThenBy(tree => tree.Root.Id)
            .FirstOrDefault();
        if (root is null)
            throw new DemoException($"no person's delegation is there to be revoked: none without {suspended} has calls in the last quarter of the trace");

        return new Revocation(
            root.Id, agents, api.PreviewRevocationAsync,
            (delegation, cancellation) => api.RevokeAsync(delegation, "the demo takes a person's word back in the middle of everything", cancellation),
            time);
    }

    /// <summary>A call to be kept running: the first one of the agent with the most calls.</summary>
    private static AssignedCall FirstOfBusiest(ImmutableArray<AssignedCall> calls, ImmutableHashSet<AgentId> agents) =>
        calls.Where(call => agents.Contains(call.Agent)).GroupBy(call => call.Agent).OrderByDescending(agent => agent.Count())
            .ThenBy(agent => agent.Key.Value, StringComparer.Ordinal).First().First();

    private static IEnumerable<AssignedCall> LastQuarter(ImmutableArray<AssignedCall> calls) => calls.Skip(calls.Length * 3 / 4);

    private static AgentId BusiestOfLastQuarter(ImmutableArray<AssignedCall> calls) =>
        LastQuarter(calls)
            .GroupBy(call => call.Agent)
            .OrderByDescending(agent => agent.Count())
            .ThenBy(agent => agent.Key.Value, StringComparer.Ordinal)
            .First().Key;

    private void Keep(NodeProcess node, DataDirectory data)
    {
        node.Leave();
        data.Leave();
        var what =
            $"The node stays up in process {node.ProcessId}: {node.Address}{Environment.NewLine}"
            + $"Its key is in {node.AdminKeyPath}. When you have seen enough: kill {node.ProcessId}; rm -r '{data.Path}'";
        if (options.Json)
            Console.Error.WriteLine(what);
        else
            screen.Say(what);
    }
}
