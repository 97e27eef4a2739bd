namespace GenOps.ControlPlane.Tests.Simulation;

/// <summary>What the calls of each model cost of the most that they could: the newest 256, in millionths, rounded up.</summary>
internal sealed class AuditedModels
{
    private readonly Dictionary<string, List<decimal>> _shares = [];

    public void Add(string model, decimal actual, decimal worstCase)
    {
        if (worstCase <= 0)
            return;

        if (!_shares.TryGetValue(model, out var shares))
            _shares.Add(model, shares = []);
        shares.Add(Math.Ceiling(actual * 1_000_000 / worstCase));
        if (shares.Count > 256)
            shares.RemoveAt(0);
    }

    /// <summary>What is to be held: the most, unless 20 calls or more say what 95 of 100 stay within.</summary>
    public decimal Hold(string model, decimal worstCase)
    {
        if (!_shares.TryGetValue(model, out var shares) || shares.Count < 20)
            return worstCase;

        var share = shares.Order().ElementAt((int)Math.Ceiling(0.95m * shares.Count) - 1);
        return Math.Ceiling(worstCase * Math.Min(share, 1_000_000) / 1_000_000 * 1_000_000_000_000) / 1_000_000_000_000;
    }
}
