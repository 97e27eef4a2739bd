using GenOps.ControlPlane.Ledger;

namespace GenOps.ControlPlane.Silo.Storage;

/// <summary>
/// How the few entries that say who may do what are found among all others: through partial indexes, which a query may use
/// only if it repeats their condition to the letter. The queries name the index, so one that can't use it fails.
/// </summary>
internal static class SqliteAuthorityIndex
{
    /// <summary>The index by stream and number.</summary>
    public const string ByStream = "ledger_authority_stream";

    /// <summary>The index by tenant, in the order of commits.</summary>
    public const string ByTenant = "ledger_authority_tenant";

    /// <summary>The condition of both, as the schema has it.</summary>
    public static string Condition { get; } = $"kind IN ({string.Join(", ", LedgerKinds.OfAuthority.Select(kind => $"'{kind}'"))})";

    /// <summary>Reads <c>@count</c> of them from <c>@stream</c>, after number <c>@after</c>.</summary>
    public static string StreamQuery { get; } =
        $"SELECT {SqliteLedgerRow.Columns} FROM ledger INDEXED BY {ByStream} WHERE stream = @stream AND seq > @after AND {Condition} ORDER BY seq LIMIT @count";

    /// <summary>The clause that names the index for <paramref name="filter"/>, with a blank behind it; empty if another one serves better.</summary>
    public static string Clause(EntryFilter filter) =>
        filter is { Workload: not null } ? ""
        : filter is { Stream: not null } ? $"INDEXED BY {ByStream} "
        : filter is { Tenant: not null } ? $"INDEXED BY {ByTenant} "
        : "";
}
