using System.Collections.Immutable;
using System.Globalization;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;
using GenOps.ControlPlane.Pricing;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>Reads a condition into its tree and checks the types of what it compares.</summary>
/// <param name="text">The condition.</param>
/// <param name="costUnit">The unit of <c>cost</c>.</param>
internal sealed class ConditionParser(string text, Unit costUnit)
{
    // Reading calls itself for each level: a text that nobody checked before must not exhaust the stack.
    private const int NestingMax = 64;

    private const int DigitsMax = 28;

    private readonly ImmutableArray<ConditionToken> _tokens = ConditionLexer.Cut(text);
    private readonly List<Unit> _costUnits = [];
    private int _at;

    /// <summary>How deep parentheses and <c>not</c> nest.</summary>
    public int Depth { get; private set; }

    /// <summary>How many names, literals, comparisons and connectives there are.</summary>
    public int Nodes { get; private set; }

    /// <summary>The units in which it asks for the cost.</summary>
    public ImmutableArray<Unit> CostUnits => [.. _costUnits];

    private ConditionToken Token => _tokens[_at];

    /// <summary>Reads the whole text.</summary>
    /// <exception cref="InvalidRequestException">It is no condition.</exception>
    public ConditionNode ReadAll()
    {
        var tree = ReadDisjunction(0);
        if (Token.Kind != ConditionTokenKind.End)
            throw Fault(Token, $"where and, or, or the end is meant{Nearest(Token, ["and", "or"])}");
        return tree;
    }

    private static InvalidRequestException Fault(ConditionToken token, string meant) =>
        ConditionLexer.Fault(token.Column, token.Source, meant);

    // One that is nearly right is named; others would only lead astray.
    private static string Nearest(ConditionToken token, ImmutableArray<string> names)
    {
        if (token.Kind != ConditionTokenKind.Name)
            return "";
        var written = token.Text.ToLowerInvariant();
        var nearest = NearestNames.To(written, names.Select(name => (name, name)))[0];
        return NearestNames.Distance(written, nearest.ToLowerInvariant()) <= Math.Max(1, nearest.Length / 3) ? $"; did you mean {nearest}?" : "";
    }

    private static string NearestOperand(ConditionToken token) =>
        Nearest(token, ConditionNames.Operands) is { Length: > 0 } nearest
            ? nearest
            : $"; there are {string.Join(", ", ConditionNames.Operands)}, and a text stands in quotes: \"{(token.Text.Length > 32 ? "…" : token.Text)}\"";

    private static ConditionLiteral ReadNumber(ConditionToken token)
    {
        var digits = token.Text.AsSpan().TrimStart('-').TrimStart('0');
        var count = digits.Length - (digits.Contains('.') ? 1 : 0);
        if (count > DigitsMax)
            throw Fault(token, $"a number of {count} digits; at most {DigitsMax} are taken");
        return ConditionLiteral.Of(decimal.Parse(token.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
    }

    private static string Noun(ConditionType type) => type switch
    {
        ConditionType.Number => "a number",
        ConditionType.Text => "a text",
        ConditionType.Truth => "true or false",
        ConditionType.Texts => "a set of texts",
        _ => "a parameter",
    };

    private bool Take(string text)
    {
        if (!Token.Is(text))
            return false;
        _at++;
        return true;
    }

    private void Need(string sign, string why)
    {
        if (!Take(sign))
            throw Fault(Token, $"where {sign} is meant{why}");
    }

    private ConditionNode ReadDisjunction(int depth)
    {
        var first = ReadConjunction(depth);
        if (!Token.Is("or"))
            return first;

        var parts = ImmutableArray.CreateBuilder<ConditionNode>();
        parts.Add(first);
        while (Take("or"))
            parts.Add(ReadConjunction(depth));
        Nodes++;
        return new Disjunction(parts.ToImmutable());
    }

    private ConditionNode ReadConjunction(int depth)
    {
        var first = ReadPart(depth);
        if (!Token.Is("and"))
            return first;

        var parts = ImmutableArray.CreateBuilder<ConditionNode>();
        parts.Add(first);
        while (Take("and"))
            parts.Add(ReadPart(depth));
        Nodes++;
        return new Conjunction(parts.ToImmutable());
    }

    private ConditionNode ReadPart(int depth)
    {
        Depth = Math.Max(Depth, depth);
        var opening = Token;
        if (depth > NestingMax)
            throw Fault(opening, $"nested more than {NestingMax} deep");

        if (Take("not"))
        {
            Nodes++;
            return new Negation(ReadPart(depth + 1));
        }

        if (!Take("("))
            return ReadComparison();

        var inner = ReadDisjunction(depth + 1);
        Need(")", $", which closes the ( of column {opening.Column}");
        if (Comparison.Signs.Contains(Token.Text) && Token.Kind == ConditionTokenKind.Sign || Token.Is("in"))
            throw Fault(Token, "after parentheses: these enclose what is true or false, not values; where and, or, or the end is meant");
        return inner;
    }

    private ConditionNode ReadComparison()
    {
        var first = Token;
        var left = ReadOperand();
        var sign = Token;
        if (Take("in"))
            return ReadMembership(first, left);
        if (sign.Kind == ConditionTokenKind.Sign && Comparison.Signs.Contains(sign.Text))
        {
            _at++;
            return ReadRight(left, sign);
        }

        if (left is ConditionLiteral { Truth: { } truth })
            return new Constant(truth);
        if (left is ParameterOperand)
        {
            Nodes++;
            return new Comparison(left, "==", ConditionLiteral.Of(true), ConditionType.Truth);
        }

        if (sign.Is("not"))
            throw Fault(sign, $"where a comparison is meant; write not ({left} in …)");
        if (left.Type == ConditionType.Texts)
            throw Fault(first, "a set of texts; ask it with in, as in \"pii\" in data");

        throw Fault(
            sign, $"where a comparison of {first.Source}, {Noun(left.Type)}, is meant: {string.Join(' ', Comparison.Signs)} or in{Nearest(sign, ["in"])}");
    }

    private Comparison ReadRight(ConditionOperand left, ConditionToken sign)
    {
        Nodes++;
        var second = Token;
        if (second.Is("["))
            throw Fault(second, "a list, which stands only after in");

        var right = ReadOperand();
        if (left.Type == ConditionType.Texts || right.Type == ConditionType.Texts)
            throw Fault(sign, "but data is a set of texts; ask it with in, as in \"pii\" in data");
        if (left is ConditionLiteral && right is ConditionLiteral)
            throw Fault(sign, "between two values that are always the same; name something of the request, such as cost or tool");
        if (left.Type != right.Type && left.Type != ConditionType.Any && right.Type != ConditionType.Any)
            throw Fault(sign, $"between {left}, {Noun(left.Type)}, and {right}, {Noun(right.Type)}; where two of a kind are meant");

        var type = left.Type == ConditionType.Any ? right.Type : left.Type;
        if (sign.Text is not ("==" or "!="))
        {
            if (type is ConditionType.Text or ConditionType.Truth)
                throw Fault(sign, $"but {Noun(type)} has no order; where == or != is meant");
            type = ConditionType.Number;
        }

        if (Token.Kind == ConditionTokenKind.Sign && Comparison.Signs.Contains(Token.Text) || Token.Is("in"))
            throw Fault(Token, "a second comparison in a row; join two with and");
        return new Comparison(left, sign.Text, right, type);
    }

    private ConditionNode ReadMembership(ConditionToken first, ConditionOperand left)
    {
        Nodes++;
        if (left.Type == ConditionType.Texts)
            throw Fault(first, "a set of texts, which can't be in another; ask \"pii\" in data");
        if (Take(ConditionNames.Data))
        {
            Nodes++;
            return left is ConditionLiteral { Text: { } classification }
                ? new DataMembership(classification)
                : throw Fault(first, "where a text in quotes is meant, as in \"pii\" in data");
        }

        if (left is ConditionLiteral)
            throw Fault(first, $"a value that is always the same, in a list; name something of the request{(left.Type == ConditionType.Text ? ", or ask whether it is in data" : "")}");

        Need("[", ": a value is in a list, as in tool in [\"refund\", \"pay\"], or a text is in data");
        var items = ImmutableArray.CreateBuilder<ConditionLiteral>();
        do
        {
            var token = Token;
            var item = ReadOperand() as ConditionLiteral ?? throw Fault(token, "in a list, where a text, a number, true or false is meant");
            if (items.Count > 0 && item.Type != items[0].Type)
                throw Fault(token, $"{Noun(item.Type)}, in a list that begins with {Noun(items[0].Type)}; where one kind is meant");
            if (left.Type != ConditionType.Any && item.Type != left.Type)
                throw Fault(token, $"{Noun(item.Type)}, where {Noun(left.Type)} is meant, as {left} is");
            items.Add(item);
        }
        while (Take(","));
        Need("]", ", which closes the list, or a comma");
        return new ListMembership(left, items.ToImmutable(), items[0].Type);
    }

    private ConditionOperand ReadOperand()
    {
        var token = Token;
        Nodes++;
        _at += token.Kind == ConditionTokenKind.End ? 0 : 1;
        switch (token.Kind)
        {
            case ConditionTokenKind.Text:
                return ConditionLiteral.Of(token.Text);
            case ConditionTokenKind.Number:
                return ReadNumber(token);
            case ConditionTokenKind.Name when token.Text is "true" or "false":
                return ConditionLiteral.Of(token.Text == "true");
            case ConditionTokenKind.Name when token.Text == ConditionNames.Cost:
                return ReadCost();
            case ConditionTokenKind.Name when token.Text == ConditionNames.Parameters:
                return ReadParameter();
            case ConditionTokenKind.Name when token.Text == ConditionNames.Data:
                return new DataOperand();
            case ConditionTokenKind.Name:
                foreach (var (name, read) in ConditionNames.Texts)
                {
                    if (name == token.Text)
                        return new AttributeOperand(name, read);
                }

                throw Fault(token, $"which names nothing of a request{NearestOperand(token)}");
            default:
                throw Fault(token, "where a name such as cost, tool or parameters.refundAmount, or a value is meant");
        }
    }

    private CostOperand ReadCost()
    {
        var unit = costUnit;
        if (Take("."))
        {
            var token = Token;
            if (token.Kind != ConditionTokenKind.Name || !Unit.TryParse(token.Text, null, out unit))
                throw Fault(token, "where a unit is meant, as in cost.EUR or cost.tokens: an ISO 4217 code or the name of a unit");
            _at++;
        }

        if (!_costUnits.Contains(unit))
            _costUnits.Add(unit);
        return new CostOperand(unit);
    }

    private ParameterOperand ReadParameter()
    {
        if (Take("["))
        {
            var quoted = Token;
            if (quoted.Kind != ConditionTokenKind.Text)
                throw Fault(quoted, "where a parameter's name in quotes is meant, as in parameters[\"refund amount\"]");
            _at++;
            Need("]", ", after the parameter's name");
            return new ParameterOperand(quoted.Text);
        }

        Need(".", " and the parameter's name, as in parameters.refundAmount");
        var token = Token;
        if (token.Kind != ConditionTokenKind.Name)
            throw Fault(token, "where a parameter's name is meant, as in parameters.refundAmount or parameters[\"refund amount\"]");
        _at++;
        return new ParameterOperand(token.Text);
    }
}
