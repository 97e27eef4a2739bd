namespace GenOps.ControlPlane.Faults;

/// <summary>One step of a flood.</summary>
/// <param name="Callers">How many called at once.</param>
/// <param name="Acknowledged">Their calls that were acknowledged.</param>
/// <param name="Overloaded">Their calls that were refused as overloaded, and were told when to come back.</param>
/// <param name="Otherwise">What else they were told, and how often.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record FloodStep(int Callers, int Acknowledged, int Overloaded, IReadOnlyDictionary<string, int> Otherwise, double Seconds)
{
    /// <summary>Acknowledged calls in a second.</summary>
    public double PerSecond => Acknowledged / Seconds;
}
