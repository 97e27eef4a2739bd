using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Tenants;

/// <summary>The tenant's rates of exchange were replaced. It takes the way of changes of authority, so that every silo learns of it.</summary>
/// <param name="Rates">All of them.</param>
/// <param name="By">Who did it.</param>
public sealed record RatesDefined(ImmutableArray<ExchangeRate> Rates, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;
}
