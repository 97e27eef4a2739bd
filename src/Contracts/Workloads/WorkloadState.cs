using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Workloads;

/// <summary>Where a workload stands in a budget.</summary>
[GenerateSerializer, Alias("genops.WorkloadState")]
[JsonConverter(typeof(JsonStringEnumConverter<WorkloadState>))]
public enum WorkloadState
{
    /// <summary>Money is held; the action may be running.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Nobody reported what was consumed: the hold stays counted, flagged incomplete.</summary>
    [JsonStringEnumMemberName("unresolved")]
    Unresolved,

    /// <summary>The actual is recorded.</summary>
    [JsonStringEnumMemberName("reconciled")]
    Reconciled,

    /// <summary>The hold was given back.</summary>
    [JsonStringEnumMemberName("released")]
    Released,

    /// <summary>It was never admitted.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}
