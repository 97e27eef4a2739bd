namespace GenOps.ControlPlane.Pricing;

/// <summary>
/// The model is known and this usage of it still has no price that could be vouched for: a class with usage and no price, a
/// rule of the file that this version doesn't know, counts that contradict each other. Never to be taken for zero.
/// </summary>
/// <param name="Message">Which, and where.</param>
public sealed record Unpriced(string Message) : PriceAnswer;
