using System.Collections.Immutable;
using System.Text.Json.Serialization;
using GenOps.ControlPlane.Ids;
using GenOps.ControlPlane.Ledger;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Tenants;

/// <summary>The tenant's own prices were replaced. It takes the way of changes of authority, so that every silo learns of it.</summary>
/// <param name="Prices">All of them.</param>
/// <param name="Version">What identifies them; charges name it.</param>
/// <param name="By">Who did it.</param>
public sealed record PricesDefined(ImmutableArray<ModelPrice> Prices, string Version, Principal By) : LedgerEvent
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ChangesAuthority => true;
}
