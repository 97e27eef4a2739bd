namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary><c>parameters.refundAmount</c>: what the caller says of the action. Its type is that of what it is compared with.</summary>
internal sealed class ParameterOperand(string name) : ConditionOperand(ConditionType.Any)
{
    /// <inheritdoc/>
    public override ConditionValue Value(in ConditionInput input, ConditionType wanted)
    {
        if (input.Request.Parameters?.TryGetValue(name, out var parameter) is not true)
            return ConditionValue.Missing;

        var value = parameter is null ? ConditionValue.Unknown
            : parameter.Number is { } number ? ConditionValue.Of(number)
            : parameter.Truth is { } truth ? ConditionValue.Of(truth)
            : parameter.Text is { } text ? ConditionValue.Of(text)
            : ConditionValue.Unknown;
        return wanted == ConditionType.Any || value.Type == wanted ? value : ConditionValue.Unknown;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        ConditionLexer.IsName(name) ? $"{ConditionNames.Parameters}.{name}" : $"{ConditionNames.Parameters}[{ConditionLiteral.Quote(name)}]";
}
