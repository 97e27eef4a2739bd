using System.Globalization;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A text, a number or a truth value written out.</summary>
internal sealed class ConditionLiteral : ConditionOperand
{
    private readonly ConditionValue _value;
    private readonly string _form;

    private ConditionLiteral(ConditionType type, ConditionValue value, string form, string? text = null, bool? truth = null)
        : base(type)
    {
        _value = value;
        _form = form;
        Text = text;
        Truth = truth;
    }

    /// <summary>The text, if it is one.</summary>
    public string? Text { get; }

    /// <summary>The truth value, if it is one.</summary>
    public bool? Truth { get; }

    public static ConditionLiteral Of(string text) => new(ConditionType.Text, ConditionValue.Of(text), Quote(text), text: text);

    public static ConditionLiteral Of(decimal number) => new(
        ConditionType.Number, ConditionValue.Of(number), number.ToString("0.############################", CultureInfo.InvariantCulture));

    public static ConditionLiteral Of(bool truth) => new(ConditionType.Truth, ConditionValue.Of(truth), truth ? "true" : "false", truth: truth);

    /// <summary>A text as it is written in a condition.</summary>
    public static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <inheritdoc/>
    public override ConditionValue Value(in ConditionInput input, ConditionType wanted) => _value;

    /// <inheritdoc/>
    public override string ToString() => _form;
}
