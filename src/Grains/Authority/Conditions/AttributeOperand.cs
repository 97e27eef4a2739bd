using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>tool</c> and the like: a text of the request.</summary>
internal sealed class AttributeOperand(string name, Func<WorkloadRequest, string?> read) : ConditionOperand(ConditionType.Text)
{
    /// <inheritdoc/>
    public override ConditionValue Value(in ConditionInput input, ConditionType wanted) => ConditionValue.Of(read(input.Request));

    /// <inheritdoc/>
    public override string ToString() => name;
}
