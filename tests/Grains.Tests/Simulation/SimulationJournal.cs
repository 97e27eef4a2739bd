using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Json;
using GenOps.ControlPlane.Tests.Ledger;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>Every answer that a client was given, and the proof that the durable ledger agrees with each.</summary>
internal sealed class SimulationJournal(SimulatedDisk disk, LedgerAudit audit)
{
    private readonly Dictionary<string, string> _decisions = [];
    private readonly List<(string Agent, string Workload, int StartedAt, int EndedAt)> _allowed = [];
    private readonly List<(string Stream, int StartedAt, int EndedAt)> _suspended = [];
    private readonly List<(string Workload, Settlement Settlement)> _settled = [];
    private readonly List<string> _released = [];
    private readonly List<(string Workload, Settlement Settlement)> _used = [];
    private readonly List<(string Root, AdjustCommand Command)> _adjusted = [];
    private readonly List<(string Scope, bool IsFrozen, int StartedAt, int EndedAt)> _frozen = [];
    private readonly List<(string Root, string Text, int StartedAt, int EndedAt)> _defined = [];
    private readonly List<(string Root, ImmutableArray<WorkloadId> Named, WriteOffResult Result)> _writtenOff = [];

    /// <summary>How many answers it holds.</summary>
    public int Answers =>
        _decisions.Count + _settled.Count + _released.Count + _used.Count + _suspended.Count + _adjusted.Count + _frozen.Count + _defined.Count + _writtenOff.Count;

    public int Allowed => _allowed.Count;

    public int Suspended => _suspended.Count;

    /// <summary>How often a budget was adjusted by hand.</summary>
    public int Adjusted => _adjusted.Count;

    /// <summary>How often a scope was frozen or unfrozen.</summary>
    public int Frozen => _frozen.Count;

    /// <summary>How many workloads were written off.</summary>
    public int WrittenOff => _writtenOff.Sum(call => call.Result.Count);

    /// <summary>The present place in the ledger, to be taken before a call.</summary>
    public int Now => disk.Entries.Length;

    /// <summary>Whose the workload is, as the ledger has it.</summary>
    public string AgentOf(WorkloadId id)
    {
        foreach (var entry in disk.Entries.Where(entry => entry.Workload == id && entry.Kind is ("workload.reserved" or "workload.held")))
        {
            using var document = JsonDocument.Parse(entry.Text);
            var data = document.RootElement.GetProperty("data");
            return (data.TryGetProperty("request", out var request) ? request : data).GetProperty("agent").GetString()!;
        }

        throw new SimulationFailedException($"{id} was acknowledged as written off, and was never held");
    }

    public void Decided(string agent, Decision decision, int startedAt)
    {
        var id = decision.Id.ToString();
        var text = JsonSerializer.Serialize(decision, GenOpsJson.Canonical);
        if (!_decisions.TryAdd(id, text) && _decisions[id] != text)
            throw new SimulationFailedException($"{id} was answered twice: {_decisions[id]} and {text}");
        if (decision.Result.Admits())
            _allowed.Add((agent, id, startedAt, Now));
    }

    /// <summary>An extension is an allowance, too.</summary>
    public void Extended(string agent, WorkloadId id, int startedAt) => _allowed.Add((agent, id.ToString(), startedAt, Now));

    public void Suspend(string stream, int startedAt) => _suspended.Add((stream, startedAt, Now));

    public void Reconciled(SettlementResult result)
    {
        foreach (var settlement in result.Budgets)
            _settled.Add((result.Id.ToString(), settlement));
    }

    public void Released(SettlementResult result)
    {
        if (result.State == WorkloadState.Released)
            _released.Add(result.Id.ToString());
    }

    public void Used(SettlementResult result)
    {
        foreach (var settlement in result.Budgets)
            _used.Add((result.Id.ToString(), settlement));
    }

    public void Adjust(string root, AdjustCommand command) => _adjusted.Add((root, command));

    public void Freeze(string root, string scope, bool isFrozen, int startedAt) => _frozen.Add(($"{root}/{scope}", isFrozen, startedAt, Now));

    /// <summary>A budget was defined, or archived if there is no definition.</summary>
    public void Define(string root, BudgetDefinition? definition, int startedAt) =>
        _defined.Add((root, definition is null ? "archived" : JsonSerializer.Serialize(definition, GenOpsJson.Canonical), startedAt, Now));

    public void WriteOff(string root, WriteOffCommand command, WriteOffResult result) => _writtenOff.Add((root, command.Workloads ?? [], result));

    /// <summary>Holds everything so far against the ledger.</summary>
    public void Check(string tenant)
    {
        audit.Read();
        CheckDecisions();
        CheckSettlements();
        CheckSuspensions(tenant);
        CheckOperations();
    }

    /// <summary>After time has passed and everything has expired: nothing is held for ever, and nothing admitted lacks its money.</summary>
    public void CheckEnd(string tenant, DateTimeOffset now)
    {
        Check(tenant);
        foreach (var (root, budget) in audit.Budgets)
        {
            budget.CheckAlerts(now);
            foreach (var (workload, hold) in budget.Holds)
            {
                if (hold.State == "open")
                    throw new SimulationFailedException($"{workload} is held for ever in {root}");
            }
        }

        foreach (var (workload, decision) in audit.Decisions.Where(pair => pair.Value.Admits))
        {
            foreach (var (root, _) in decision.Held)
            {
                if (audit.Budgets[root].Holds[workload] is { State: "withdrawn" } or { State: "released", Cause: "refused" })
                    throw new SimulationFailedException($"{workload} is admitted, and {root} gave its money back");
            }
        }
    }

    private void CheckDecisions()
    {
        foreach (var (workload, text) in _decisions)
        {
            if (!audit.Decisions.TryGetValue(workload, out var decision))
                throw new SimulationFailedException($"lost: {workload} was answered {text}, and the ledger has no decision");

            var agrees = decision.Kind == "workload.abandoned" ? text.Contains(ReasonCodes.WorkloadAbandoned, StringComparison.Ordinal) : text == decision.Text;
            if (!agrees)
                throw new SimulationFailedException($"{workload} was answered {text}, and the ledger says {decision.Kind} {decision.Text}");
        }
    }

    private void CheckSettlements()
    {
        foreach (var (workload, settlement) in _settled)
        {
            var hold = audit.Budgets.GetValueOrDefault(settlement.Budget.Value)?.Holds.GetValueOrDefault(workload);
            var agrees = settlement.State switch
            {
                WorkloadState.Reconciled => hold is { State: "reconciled" } && hold.Actual?.ToString("0.############", null) == settlement.Actual?.ToString(),
                WorkloadState.Unresolved => hold is { WasUnresolved: true },

                // It was given back before, and that its cost is still not known changes nothing.
                WorkloadState.Released => hold is { WasReleased: true },
                _ => false,
            };
            if (!agrees)
                throw new SimulationFailedException($"lost: {workload} was answered {settlement}, and {settlement.Budget} has it {hold?.State} {hold?.Actual}");
        }

        foreach (var (workload, settlement) in _used)
        {
            if (audit.Budgets.GetValueOrDefault(settlement.Budget.Value)?.Usages.GetValueOrDefault(workload).ToString("0.############", null) != settlement.Actual?.ToString())
                throw new SimulationFailedException($"lost: the usage {workload} was answered {settlement}, and is not in {settlement.Budget}");
        }

        foreach (var workload in _released)
        {
            if (audit.Decisions.GetValueOrDefault(workload) is not { } decision)
                throw new SimulationFailedException($"lost: {workload} was answered as released, and the ledger has no decision");
            if (!decision.Admits)
                continue;

            foreach (var (root, _) in decision.Held)
            {
                if (!audit.Budgets[root].Holds[workload].WasReleased)
                    throw new SimulationFailedException($"lost: {workload} was answered as released, and {root} has it {audit.Budgets[root].Holds[workload].State}");
            }
        }
    }

    private void CheckSuspensions(string tenant)
    {
        foreach (var (stream, startedAt, endedAt) in _suspended)
        {
            if (!audit.WasStopped(stream, startedAt, endedAt))
                throw new SimulationFailedException($"the suspension of {stream} was acknowledged at {endedAt}, and the ledger never said so");

            foreach (var allowed in _allowed)
            {
                if ((stream == tenant || stream == allowed.Agent) && allowed.StartedAt >= endedAt && !audit.WasResumed(stream, startedAt, allowed.EndedAt))
                {
                    throw new SimulationFailedException(
                        $"allowed after suspend: {allowed.Workload} of {allowed.Agent} was asked at {allowed.StartedAt} and allowed at {allowed.EndedAt}, and the suspension of {stream} was acknowledged at {endedAt}");
                }
            }
        }
    }

    private void CheckOperations()
    {
        foreach (var (root, command) in _adjusted)
        {
            var made = new AuditedAdjustment(
                command.Id, command.Scope?.Value ?? "", decimal.Parse(command.Amount.ToString(), CultureInfo.InvariantCulture), command.Until,
                command.Period?.ToString().ToLowerInvariant() ?? "", command.Reason);
            if (audit.Budgets.GetValueOrDefault(root)?.Adjustments.GetValueOrDefault(command.Id) != made)
                throw new SimulationFailedException($"lost: {made} of {root} was acknowledged, and the ledger has {audit.Budgets.GetValueOrDefault(root)?.Adjustments.GetValueOrDefault(command.Id)}");
        }

        // That nothing is admitted to a frozen scope, the audit sees in the budget's own order.
        foreach (var (scope, isFrozen, startedAt, endedAt) in _frozen)
        {
            if (isFrozen ? !audit.WasStopped(scope, startedAt, endedAt) : !audit.WasFree(scope, startedAt, endedAt))
                throw new SimulationFailedException($"lost: that {scope} is {(isFrozen ? "frozen" : "free")} was acknowledged at {endedAt}, and the ledger never said so");
        }

        foreach (var (root, text, startedAt, endedAt) in _defined)
        {
            if (!audit.WasDefined(root, text, startedAt, endedAt))
                throw new SimulationFailedException($"lost: {root} was acknowledged at {endedAt} to be {text}, and it never was");
        }

        foreach (var (root, named, result) in _writtenOff)
        {
            var holds = audit.Budgets[root].Holds;
            if (result.Workloads.FirstOrDefault(id => !holds[id.ToString()].WasWrittenOff) is var missed && missed != default)
                throw new SimulationFailedException($"lost: {missed} was acknowledged as written off, and {root} has it {holds[missed.ToString()].State}");
            if (named.FirstOrDefault(id => !holds[id.ToString()].WasReleased) is var kept && kept != default)
                throw new SimulationFailedException($"lost: {kept} was acknowledged as written off, and {root} has it {holds[kept.ToString()].State}");
            if (result.Workloads.Sum(id => holds[id.ToString()].Amount) is var sum && sum.ToString("0.############", CultureInfo.InvariantCulture) != result.Amount.ToString())
                throw new SimulationFailedException($"{root} was acknowledged to have written off {result.Amount}, and it was {sum}");
        }
    }
}
