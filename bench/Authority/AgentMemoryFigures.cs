namespace GenOps.ControlPlane.Bench.Authority;

/// <summary>What an idle agent that stays activated takes, in bytes of the node's heap after a full collection.</summary>
/// <param name="Agents">How many agents.</param>
/// <param name="Activations">How many activations of them there were when the heap was weighed.</param>
/// <param name="Agent">For each agent with one delegation that made one decision: everything that the node keeps on its account.</param>
/// <param name="Loaded">The same before its decision: activated and its stream read.</param>
/// <param name="Bare">An activation of an actor that keeps nothing: Orleans' own share.</param>
internal sealed record AgentMemoryFigures(int Agents, int Activations, double Agent, double Loaded, double Bare)
{
    /// <summary>What is the product's own.</summary>
    public double Own => Math.Round(Agent - Bare, 1);
}
