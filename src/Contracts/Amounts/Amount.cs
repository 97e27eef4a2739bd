using System.Text.Json.Serialization;

namespace GenOps.ControlPlane.Amounts;

/// <summary>A quantity with its unit: <c>{ "amount": "0.01", "unit": "USD" }</c>.</summary>
/// <param name="Quantity">How much.</param>
/// <param name="Unit">Of what.</param>
[GenerateSerializer, Immutable, Alias("genops.Amount")]
public sealed record Amount([property: JsonPropertyName("amount")] Quantity Quantity, Unit Unit)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Quantity} {Unit}";
}
