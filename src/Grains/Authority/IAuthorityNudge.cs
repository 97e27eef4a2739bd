using GenOps.ControlPlane.Ids;

namespace GenOps.ControlPlane.Authority;

/// <summary>Tells the other silos that authority changed, so that they need not wait for their next poll. Nothing depends on it.</summary>
public interface IAuthorityNudge
{
    /// <summary>Begins to tell them of a change that is durable, and returns at once. Never throws.</summary>
    /// <param name="epoch">The epoch of its commit.</param>
    void Send(Epoch epoch);
}
