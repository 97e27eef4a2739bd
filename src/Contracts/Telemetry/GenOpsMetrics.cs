namespace GenOps.ControlPlane.Telemetry;

/// <summary>Names of the meter and its instruments. No label ever holds an agent's or a workload's id.</summary>
public static class GenOpsMetrics
{
    /// <summary>The meter of the silo.</summary>
    public const string Meter = "GenOps.ControlPlane";

    /// <summary>Counter: decisions, by <c>genops.policy.result</c> and <c>genops.policy.reason_code</c>.</summary>
    public const string Decisions = "genops.decisions";

    /// <summary>Histogram, seconds: from a request's arrival at its agent to its answer.</summary>
    public const string DecisionDuration = "genops.decision.duration";

    /// <summary>Histogram, seconds: from queueing an append to its acknowledgement.</summary>
    public const string LedgerAppendDuration = "genops.ledger.append.duration";

    /// <summary>Histogram, entries: how many entries one commit carried.</summary>
    public const string LedgerBatchSize = "genops.ledger.batch.size";

    /// <summary>Up-down counter: entries that wait to be written.</summary>
    public const string LedgerQueued = "genops.ledger.queued";

    /// <summary>Counter: appends that failed, by <c>genops.ledger.failure</c>.</summary>
    public const string LedgerFailures = "genops.ledger.failures";

    /// <summary>Histogram, seconds: from a revocation's arrival to its acknowledgement.</summary>
    public const string RevocationDuration = "genops.revocation.duration";

    /// <summary>Up-down counter: requests for a decision that a silo is handling.</summary>
    public const string DecisionsUnderWay = "genops.decisions.under_way";

    /// <summary>Up-down counter: requests for a decision that wait behind others of their tenant.</summary>
    public const string DecisionsWaiting = "genops.decisions.waiting";

    /// <summary>Counter: requests for a decision refused as overloaded.</summary>
    public const string DecisionsOverloaded = "genops.decisions.overloaded";

    /// <summary>Gauge: 1 if a node can decide, 0 if it should get no traffic.</summary>
    public const string NodeReady = "genops.node.ready";

    /// <summary>Gauge, seconds: how far a node's machine's clock is ahead of PostgreSQL's; negative if behind.</summary>
    public const string NodeClockAhead = "genops.node.clock.ahead";

    /// <summary>Gauge, seconds: how long ago a node last read the changes of authority.</summary>
    public const string AuthorityWatchAge = "genops.authority.watch.age";

    /// <summary>Gauge: 1 if entries of the ledger in PostgreSQL lie in no month's partition.</summary>
    public const string LedgerDefaultPartitionInUse = "genops.ledger.default_partition.in_use";

    /// <summary>Counter, units: reserved, by unit.</summary>
    public const string Reserved = "genops.budget.reserved";

    /// <summary>Counter, units: spent, by unit.</summary>
    public const string Spent = "genops.budget.spent";
}
