using System.Collections.Immutable;
using GenOps.ControlPlane.Amounts;
using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Authority.Conditions;

/// <summary>A condition over a request, as in <c>tool == "refund" and parameters.refundAmount &gt; 200</c>.</summary>
/// <remarks>
/// <para>
/// <c>or</c>, <c>and</c>, <c>not</c> and parentheses join comparisons: <c>== != &lt; &lt;= &gt; &gt;=</c>, a value <c>in</c> a list
/// <c>["a", "b"]</c>, and a text <c>in data</c>. What can be compared: <c>cost</c> (in the unit of the delegation's limits, else
/// USD), <c>cost.EUR</c>, <c>parameters.NAME</c> or <c>parameters["any name"]</c>, <c>tool</c>, <c>environment</c>,
/// <c>operation</c> (its type), <c>provider</c>, <c>model</c>, <c>region</c>; texts in double or single quotes, exact decimal
/// numbers, <c>true</c> and <c>false</c>. A parameter alone stands for <c>parameters.NAME == true</c>.
/// </para>
/// <para>
/// A comparison with a value that the request doesn't have is false, <c>!=</c> too. To have a person look at those as well,
/// turn it round: <c>not (parameters.refundAmount &lt;= 200)</c>. A comparison that nobody can make (a parameter of another
/// type than it is compared with, a cost that nobody can tell) is unknown, and a condition that hangs on such a one asks for
/// a person: <c>not</c> leaves it unknown, <c>and</c> with something false is false, <c>or</c> with something true is true.
/// </para>
/// </remarks>
public sealed class Condition
{
    /// <summary>How deep parentheses and <c>not</c> of a new condition may nest.</summary>
    public const int DepthMax = 16;

    /// <summary>How many names, literals, comparisons and connectives a new condition may have.</summary>
    public const int NodesMax = 64;

    /// <summary>The field that a condition stands in, for messages.</summary>
    internal const string Field = "approvalWhen";

    private readonly ConditionNode _tree;

    private Condition(string text, ConditionParser parser)
    {
        Text = text;
        _tree = parser.ReadAll();
        Depth = parser.Depth;
        Nodes = parser.Nodes;
        CostUnits = parser.CostUnits;
    }

    /// <summary>The condition as it was written.</summary>
    public string Text { get; }

    /// <summary>The units in which it asks for the cost; empty if it does not.</summary>
    public ImmutableArray<Unit> CostUnits { get; }

    /// <summary>How deep parentheses and <c>not</c> nest; 0 without any.</summary>
    public int Depth { get; }

    /// <summary>How many names, literals, comparisons and connectives it has.</summary>
    public int Nodes { get; }

    /// <summary>Reads a condition. What is recorded must stay readable, so the bounds on new ones are not asked here: see <see cref="ReadNew"/>.</summary>
    /// <param name="text">The condition.</param>
    /// <param name="costUnit">The unit of <c>cost</c>; USD if null.</param>
    /// <exception cref="InvalidRequestException">It can't be read, or compares what can't be compared; says where and what is meant.</exception>
    public static Condition Read(string text, Unit? costUnit = null) => new(text, new ConditionParser(text, costUnit ?? Unit.Usd));

    /// <summary>Reads a condition that somebody wants to have: at most 1,024 characters, 16 deep, 64 parts.</summary>
    /// <inheritdoc cref="Read"/>
    public static Condition ReadNew(string text, Unit? costUnit = null)
    {
        if (text.Length > DelegationDefinition.ApprovalWhenLengthMax)
            throw new InvalidRequestException(Field, $"has {text.Length} characters; at most {DelegationDefinition.ApprovalWhenLengthMax} are taken");

        var condition = Read(text, costUnit);
        if (condition.Depth > DepthMax)
            throw new InvalidRequestException(Field, $"nests parentheses and not {condition.Depth} deep; at most {DepthMax} are taken");
        if (condition.Nodes > NodesMax)
            throw new InvalidRequestException(Field, $"has {condition.Nodes} names, values, comparisons and connectives; at most {NodesMax} are taken");
        return condition;
    }

    /// <summary>Whether a person has to approve: it is true, or hangs on something that nobody can tell.</summary>
    /// <param name="input">The request.</param>
    /// <exception cref="InvalidRequestException">Thrown by <see cref="ConditionInput.Cost"/>: the request doesn't say what it needs.</exception>
    public bool Holds(ConditionInput input) => _tree.Answer(input) != ConditionAnswer.No;

    /// <summary>The condition in its one form: no parentheses too many, double quotes, units of cost told.</summary>
    public override string ToString() => _tree.ToString();
}
