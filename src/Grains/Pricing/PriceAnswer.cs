namespace GenOps.ControlPlane.Pricing;

/// <summary>What a price book says about a call: <see cref="Priced"/>, <see cref="UnknownModel"/> or <see cref="Unpriced"/>.</summary>
public abstract record PriceAnswer
{
    private protected PriceAnswer()
    {
    }
}
