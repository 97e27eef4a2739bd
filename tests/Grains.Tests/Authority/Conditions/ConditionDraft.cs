using System.Globalization;
using CsCheck;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Workloads;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A condition made up, with what it means worked out anew: null is what nobody can tell.</summary>
/// <param name="Text">As it may be written.</param>
/// <param name="Means">What it says.</param>
internal sealed record ConditionDraft(string Text, Func<ConditionInput, bool?> Means)
{
    private static readonly Gen<decimal> GenNumber = Gen.Select(Gen.Int[-3, 12], Gen.Int[0, 2]).Select((units, scale) => new decimal(units) / (decimal)Math.Pow(10, scale));

    private static readonly Gen<string> GenName = Gen.OneOf("n", "t", "b", "none");

    private static readonly Gen<string> GenText = Gen.OneOf("refund", "search", "eu", "it's", "say \"x\" \\");

    private static readonly Gen<ConditionDraft> GenLeaf = Gen.OneOf(
        Gen.Select(GenNumeric(), GenSign(), GenNumber, (value, sign, number) => Compare(value, sign, (Written(number), _ => number))),
        Gen.Select(GenNumeric(), GenSign(), GenNumeric(), Compare).Where(draft => !draft.Text.StartsWith("parameters", StringComparison.Ordinal) || draft.Text.Contains("cost", StringComparison.Ordinal)),
        Gen.Select(GenTextual(), Gen.OneOf("==", "!="), GenText, (value, sign, text) => Compare(value, sign, (Quoted(text), _ => text))),
        Gen.Select(GenName, Gen.OneOf("==", "!="), Gen.Bool, (name, sign, truth) => Compare(Parameter<bool>(name), sign, (truth ? "true" : "false", _ => truth))),
        GenName.Select(name => new ConditionDraft($"parameters.{name}", Compare(Parameter<bool>(name), "==", ("true", _ => true)).Means)),
        Gen.Select(GenTextual(), GenText.Array[1, 3], (value, list) => new ConditionDraft(
            $"{value.Text} in [{string.Join(" , ", list.Select(Quoted))}]",
            input => value.Read(input) is var found && found is Unknown ? null : found is string text && list.Contains(text))),
        GenText.Select(text => new ConditionDraft($"{Quoted(text)} in data", input => input.Request.DataClassifications is { } data && data.Contains(text))),
        Gen.Bool.Select(truth => new ConditionDraft(truth ? "true" : "false", _ => truth)));

    public static readonly Gen<ConditionDraft> GenDraft = GenTree(3);

    public static readonly Gen<ConditionInput> GenInput = Gen.Select(
        Gen.OneOf<string?>(null, "refund", "search", "it's"), Gen.OneOf<string?>(null, "eu", "say \"x\" \\"), GenText.Array[0, 2],
        GenParameter(), Gen.Select(GenParameter(), GenParameter()), Gen.OneOf<decimal?>(null, 0, 0.3m, 1, 1.2m, 11),
        (tool, region, data, n, others, cost) => new ConditionInput(
            DelegationBook.Ask("a0") with
            {
                Tool = tool,
                Region = region,
                DataClassifications = [.. data],
                Parameters = new Dictionary<string, ParameterValue?> { ["n"] = n, ["t"] = others.Item1, ["b"] = others.Item2 }
                    .Where(one => one.Value is not null)
                    .Aggregate(System.Collections.Immutable.ImmutableSortedDictionary<string, ParameterValue>.Empty, (all, one) => all.Add(one.Key, one.Value!)),
            },
            unit => cost is { } known ? Quantity.Parse((unit == Unit.Usd ? known : known * 2).ToString(CultureInfo.InvariantCulture)) : null));

    private static Gen<(string Text, Func<ConditionInput, object?> Read)> GenNumeric() => Gen.OneOf(
        Gen.OneOf("cost", "cost.USD", "cost.EUR", "cost . tokens").Select(text => (text, (Func<ConditionInput, object?>)(input => Cost(input, text)))),
        GenName.Select(Parameter<decimal>));

    private static Gen<(string Text, Func<ConditionInput, object?> Read)> GenTextual() => Gen.OneOf(
        Gen.Const(("tool", (Func<ConditionInput, object?>)(input => input.Request.Tool))),
        Gen.Const(("region", (Func<ConditionInput, object?>)(input => input.Request.Region))),
        Gen.Const(("environment", (Func<ConditionInput, object?>)(_ => "production"))),
        GenName.Select(Parameter<string>));

    private static Gen<string> GenSign() => Gen.OneOf("==", "!=", "<", "<=", ">", ">=");

    private static Gen<ParameterValue?> GenParameter() => Gen.OneOf(
        Gen.Const((ParameterValue?)null), GenNumber.Select(number => (ParameterValue?)ParameterValue.Of(number)),
        GenText.Select(text => (ParameterValue?)ParameterValue.Of(text)), Gen.Bool.Select(truth => (ParameterValue?)ParameterValue.Of(truth)));

    private static Gen<ConditionDraft> GenTree(int depth) => depth == 0
        ? GenLeaf
        : Gen.OneOf(
            GenLeaf,
            GenTree(depth - 1).Select(part => new ConditionDraft($"not ({part.Text})", input => !part.Means(input))),
            GenTree(depth - 1).Array[2, 3].Select(parts => new ConditionDraft(
                string.Join(" and ", parts.Select(part => $"({part.Text})")),
                input => parts.Select(part => part.Means(input)).Aggregate((bool?)true, (left, right) => left & right))),
            GenTree(depth - 1).Array[2, 3].Select(parts => new ConditionDraft(
                "((" + string.Join(")or(", parts.Select(part => part.Text)) + "))",
                input => parts.Select(part => part.Means(input)).Aggregate((bool?)false, (left, right) => left | right))),

            // Without parentheses: and binds closer than or, not closest.
            Gen.Select(GenLeaf, GenLeaf, GenLeaf, (a, b, c) => new ConditionDraft(
                $"{a.Text} or not {b.Text} and {c.Text}", input => a.Means(input) | (!b.Means(input) & c.Means(input)))));

    private static ConditionDraft Compare(
        (string Text, Func<ConditionInput, object?> Read) left, string sign, (string Text, Func<ConditionInput, object?> Read) right) => new(
        $"{left.Text} {sign} {right.Text}",
        input =>
        {
            var (a, b) = (left.Read(input), right.Read(input));
            if (a is Unknown || b is Unknown)
                return null;
            if (a is null || b is null)
                return false;
            var order = a is string text ? string.CompareOrdinal(text, (string)b) : ((IComparable)a).CompareTo(b);
            return sign switch
            {
                "==" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                _ => order >= 0,
            };
        });

    private static object? Cost(ConditionInput input, string text) =>
        input.Cost(text.Contains('.', StringComparison.Ordinal) ? Unit.Parse(text.Split('.')[1].Trim()) : Unit.Usd) is { } cost
            ? decimal.Parse(cost.ToString(), CultureInfo.InvariantCulture)
            : new Unknown();

    private static (string Text, Func<ConditionInput, object?> Read) Parameter<T>(string name) => (
        $"parameters.{name}",
        input => input.Request.Parameters!.GetValueOrDefault(name) is not { } value ? null
            : Found(value) is T found ? found
            : new Unknown());

    private static object Found(ParameterValue value) => value.Text ?? (value.Number is { } number ? number : (object)value.Truth!.Value);

    private static string Written(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => text.Contains('"', StringComparison.Ordinal)
        ? $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal)}'"
        : $"\"{text}\"";

    private sealed record Unknown;
}
