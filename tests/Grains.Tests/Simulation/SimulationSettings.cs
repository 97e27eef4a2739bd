using GenOps.ControlPlane.Agents;
using GenOps.ControlPlane.Approvals;
using GenOps.ControlPlane.Authority;
using GenOps.ControlPlane.Budgets;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Tests.Ledger;

namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>How hard the world is. Everything is off unless said otherwise.</summary>
internal sealed record SimulationSettings
{
    /// <summary>How many processes there are.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>How much of all commits meets a fault; from 0 to 1.</summary>
    public double StoreFaultRate { get; set; }

    /// <summary>How much of all reading meets a fault; from 0 to 1.</summary>
    public double ReadFaultRate { get; set; }

    /// <summary>How much of all calls of actors times out, before or after its effect; from 0 to 1.</summary>
    public double CallFaultRate { get; set; }

    /// <summary>How far a machine's clock is off, in milliseconds.</summary>
    public int SkewMsMax { get; init; }

    public int SnapshotEntriesMin { get; init; } = 500;

    public int CommitsAtOnceMax { get; init; } = 1;

    /// <summary>Whether changes of authority are committed apart, as on PostgreSQL.</summary>
    public bool AuthorityGoesApart { get; init; }

    public int CommitAttemptsMax { get; init; } = 5;

    public AgentGrainOptions Agents { get; init; } = new();

    public AuthorityDirectoryOptions Directory { get; init; } = new();

    public ApprovalOptions Approvals { get; init; } = new();

    public BudgetGrainOptions Budgets { get; init; } = new();

    public BudgetTreeOptions Trees { get; init; } = new();

    public AuthorityWatchOptions Watch { get; init; } = new();

    /// <summary>What a writer writes to, given the store: a broken one, to prove that the checks can see.</summary>
    public Func<SimulatedLedgerStore, SimulatedDisk, ILedgerStore> Store { get; init; } = (store, _) => store;

    /// <summary>What actors read from, given the reader.</summary>
    public Func<ILedgerReader, ILedgerReader> Reader { get; init; } = reader => reader;

    /// <summary>What the directory of other agents' authority reads from, given the reader.</summary>
    public Func<ILedgerReader, ILedgerReader> DirectoryReader { get; init; } = reader => reader;

    /// <summary>Who answers for an actor, given the actor.</summary>
    public Func<object, SimulatedDisk, object> Actor { get; init; } = (actor, _) => actor;
}
