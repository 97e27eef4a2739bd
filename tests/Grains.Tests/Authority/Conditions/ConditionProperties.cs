using CsCheck;
using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Authority.Conditions;

public sealed class ConditionProperties
{
    private static readonly Gen<string> GenFragment = Gen.OneOf(
        "tool", "cost", ".", "EUR", "tokens", "parameters", "data", "n", "\"pii\"", "'x'", "\"", "'", "\\", "(", ")", "[", "]", ",", "==", "!=", "<", "<=",
        ">", ">=", "=", "!", "&&", "in", "and", "or", "not", "true", "false", "1", "-", "0.5", "1e9", "99999999999999999999999999999999", "\u0000", "\ud800",
        "😀", "é", "a_b", "region");

    [Fact]
    public void Holds_AnyConditionAndRequest_IsWhatTheDraftMeans()
    {
        var (held, not) = (0, 0);
        Gen.Select(ConditionDraft.GenDraft, ConditionDraft.GenInput.Array[10]).Sample(
            (draft, inputs) =>
            {
                var condition = Condition.Read(draft.Text);
                foreach (var input in inputs)
                {
                    var holds = condition.Holds(input);
                    Assert.Equal(draft.Means(input) ?? true, holds);
                    Interlocked.Increment(ref holds ? ref held : ref not);
                }
            },
            iter: 5_000);
        Assert.True(held > 10_000 && not > 10_000, $"{held} held, {not} did not");
    }

    [Fact]
    public void ToString_OfAnyCondition_ReadsAsTheSameCondition() =>
        Gen.Select(ConditionDraft.GenDraft, ConditionDraft.GenInput.Array[5]).Sample(
            (draft, inputs) =>
            {
                var form = Condition.Read(draft.Text).ToString();
                var again = Condition.Read(form);

                Assert.Equal(form, again.ToString());
                Assert.Equal(Condition.Read(draft.Text).CostUnits, again.CostUnits);
                Assert.All(inputs, input => Assert.Equal(draft.Means(input) ?? true, again.Holds(input)));
            },
            iter: 2_000);

    [Fact]
    public void Read_AnyText_IsReadOrRefusedAsInvalid()
    {
        var (read, refused) = (0, 0);
        Gen.OneOf(
            Gen.Select(GenFragment.Array[0, 14], Gen.OneOf("", " "), (parts, between) => string.Join(between, parts)),
            Gen.Char.Array[0, 40].Select(letters => new string(letters)),
            Gen.Select(ConditionDraft.GenDraft, Gen.Int[0, 200], GenFragment, (draft, at, fragment) => draft.Text.Insert(Math.Min(at, draft.Text.Length), fragment))).Sample(
            text =>
            {
                try
                {
                    Condition.Read(text);
                    Interlocked.Increment(ref read);
                }
                catch (InvalidRequestException error)
                {
                    Assert.Equal("approvalWhen", error.Field);
                    Interlocked.Increment(ref refused);
                }
            },
            iter: 20_000);
        Assert.True(read > 100 && refused > 1_000, $"{read} read, {refused} refused");
    }
}
