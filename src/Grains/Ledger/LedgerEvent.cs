using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Ledger;

/// <summary>
/// The content of an entry. A released kind is never reinterpreted: what changes its meaning gets a new kind, and what
/// adds to it adds an optional member.
/// </summary>
public abstract record LedgerEvent
{
    /// <summary>The workload that it is about; null for an administrative act.</summary>
    [JsonIgnore]
    public virtual WorkloadId? About => null;

    /// <summary>What it is to the workload.</summary>
    [JsonIgnore]
    public virtual EntryRole Role => EntryRole.Fact;

    /// <summary>Whether it changes who may do what.</summary>
    [JsonIgnore]
    public virtual bool ChangesAuthority => false;

    /// <summary>Whether it does nothing but take away or stop: it is written also while the queue has no room for anything else.</summary>
    [JsonIgnore]
    public virtual bool TakesAway => false;
}
