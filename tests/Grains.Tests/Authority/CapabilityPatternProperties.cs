using System.Collections.Immutable;
using CsCheck;

namespace GenOps.ControlPlane.Authority;

/// <summary>Against every name of up to five letters, one of which no pattern has: then no list covers a prefix by chance.</summary>
public sealed class CapabilityPatternProperties
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 6).SelectMany(length => Words(length))];

    private static readonly Gen<ImmutableArray<string>> GenList =
        Gen.Select(Gen.OneOf("", "a", "b", "aa", "ab", "ba", "aab", "aba"), Gen.Bool, (text, isPrefix) => isPrefix || text.Length == 0 ? text + "*" : text)
            .Array[0, 5].Select(patterns => patterns.ToImmutableArray());

    [Fact]
    public void Cover_AnyPattern_IsThatEveryNameItStandsForIsPermitted() =>
        Gen.Select(GenList, GenList).Sample((wide, narrow) =>
        {
            foreach (var pattern in narrow)
            {
                Assert.Equal(
                    Names.Where(name => IsMeant(pattern, name)).All(name => wide.Any(other => IsMeant(other, name))),
                    CapabilityPatterns.Cover(wide, pattern));
            }
        });

    [Fact]
    public void Intersect_AnyLists_PermitsWhatBothPermitAndNamesNothingTwice() =>
        Gen.Select(GenList, GenList).Sample((above, below) =>
        {
            var both = CapabilityPatterns.Intersect(above, below)!.Value;

            Assert.Equal(
                Names.Where(name => above.Any(pattern => IsMeant(pattern, name)) && below.Any(pattern => IsMeant(pattern, name))),
                Names.Where(name => CapabilityPatterns.Permit(both, name)));
            for (var i = 0; i < both.Length; i++)
                Assert.False(CapabilityPatterns.Cover(both.RemoveAt(i), both[i]), $"{both[i]} is covered in {string.Join(", ", both)}");
        });

    private static bool IsMeant(string pattern, string name) =>
        pattern[^1] == '*' ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    private static IEnumerable<string> Words(int length) =>
        length == 0 ? [""] : Words(length - 1).SelectMany(word => "abc".Select(letter => word + letter));
}
