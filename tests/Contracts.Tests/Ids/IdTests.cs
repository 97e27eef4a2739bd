using System.Globalization;

namespace GenOps.ControlPlane.Ids;

public sealed class IdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("research-usd")]
    [InlineData("maria@example.com")]
    [InlineData("a._@-z9")]
    public void Name_OfItsSyntax_IsEveryKindOfId(string name)
    {
        Assert.Equal(name, TenantId.Parse(name).ToString());
        Assert.Equal(name, AgentId.Parse(name).ToString());
        Assert.Equal(name, BudgetRoot.Parse(name).ToString());
        Assert.Equal(name, ScopePath.Parse(name).ToString());
        Assert.Equal($"user:{name}", Principal.Parse($"user:{name}").ToString());
        Assert.Equal($"agent:{name}", Principal.Of(AgentId.Parse(name)).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("*")]
    [InlineData(".a")]
    [InlineData("_a")]
    [InlineData("-a")]
    [InlineData("@a")]
    [InlineData("a b")]
    [InlineData(" a")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("größe")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("١")]
    public void Name_OfAnotherSyntax_IsRefused(string name)
    {
        Assert.Equal($"a tenant name is {NameSyntax.Rule}", Assert.Throws<FormatException>(() => TenantId.Parse(name)).Message);
        Assert.Throws<FormatException>(() => AgentId.Parse(name));
        Assert.Throws<FormatException>(() => DelegationId.Parse(name));
        Assert.Throws<FormatException>(() => BudgetRoot.Parse($"@{name}"));
        Assert.Equal(name == "@a", BudgetRoot.TryParse(name, null, out _));
        Assert.Throws<FormatException>(() => Principal.Parse($"user:{name}"));
        Assert.False(TenantId.TryParse(name, null, out _));
        Assert.False(Principal.TryParse($"agent:{name}", null, out _));
    }

    [Fact]
    public void BudgetRoot_OfADelegation_KnowsIt()
    {
        var tree = BudgetRoot.Of(DelegationId.Parse("d-1"));

        Assert.Equal(("@d-1", true, DelegationId.Parse("d-1")), (tree.Value, tree.IsOfDelegation, tree.Delegation));
        Assert.Equal(tree, BudgetRoot.Parse("@d-1"));
        Assert.Null(BudgetRoot.Parse("usd").Delegation);
    }

    [Fact]
    public void Name_LongestIs128()
    {
        Assert.True(AgentId.TryParse(new string('a', 128), null, out _));
        Assert.False(AgentId.TryParse(new string('a', 129), null, out _));
        Assert.False(AgentId.TryParse(null, null, out _));
    }

    [Theory]
    [InlineData("maria")]
    [InlineData("User:maria")]
    [InlineData("group:maria")]
    [InlineData("user:")]
    [InlineData(":maria")]
    [InlineData("user:agent:x")]
    public void Principal_WithoutItsPrefix_IsRefused(string text) => Assert.Throws<FormatException>(() => Principal.Parse(text));

    [Fact]
    public void ScopePath_KnowsItsWayFromTheRoot()
    {
        var scope = ScopePath.Parse("nlp/eu/bot");

        Assert.Equal(["", "nlp", "nlp/eu", "nlp/eu/bot"], scope.FromRoot().Select(path => path.Value));
        Assert.Equal("nlp/eu", scope.Parent!.Value.Value);
        Assert.Equal(["nlp", "eu", "bot"], scope.Segments);
        Assert.Equal(ScopePath.Root, ScopePath.Parse("nlp").Parent);
        Assert.Null(ScopePath.Root.Parent);
        Assert.Equal([ScopePath.Root], ScopePath.Root.FromRoot());
        Assert.Equal(scope, ScopePath.Parse("nlp/eu").Child("bot"));
        Assert.Equal(ScopePath.Root, ScopePath.Parse(""));
        Assert.Equal(default(ScopePath).GetHashCode(), ScopePath.Parse("").GetHashCode());
        Assert.Equal("usd/nlp/eu/bot", new BudgetPath(BudgetRoot.Parse("usd"), scope).ToString());
        Assert.Equal("usd", new BudgetPath(BudgetRoot.Parse("usd")).ToString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/B")]
    [InlineData("a/../b")]
    public void ScopePath_WithASegmentThatIsNoName_IsRefused(string text)
    {
        Assert.Throws<FormatException>(() => ScopePath.Parse(text));
        Assert.False(ScopePath.TryParse(text, null, out _));
    }

    [Theory]
    [InlineData("nlp/customerId=c-17", "c-17")]
    [InlineData("customerId=a%2Fb%20c%3D%25", "a/b c=%")]
    [InlineData("customerId=%F0%9F%A6%8A", "🦊")]
    public void ScopePath_OnDemand_IsWrittenInOneWay(string text, string value)
    {
        var scope = ScopePath.Parse(text);

        Assert.True(scope.IsOnDemand);
        Assert.Equal(text, scope.Parent!.Value.Child("customerId", value).Value);
        Assert.True(ScopeAttribute.TryRead(scope.Name, out var attribute, out var read));
        Assert.Equal(("customerId", value), (attribute, read));
    }

    [Theory]
    [InlineData("customerId=a b", "'customerId=a b': the value of a scope on demand is percent-encoded, 'customerId=a%20b'; a query encodes that once more, 'customerId%3Da%2520b'")]
    [InlineData("customerId=%zz", "'customerId=%zz': the value of a scope on demand is percent-encoded, 'customerId=%25zz'; a query encodes that once more, 'customerId%3D%2525zz'")]
    [InlineData("customerId=c-17/eu", "'customerId=c-17' is a scope on demand, which has nothing below it; percent-encode a '/' in its value as %2F")]
    [InlineData("customerId=", "the value of customerId must have 1 to 256 bytes of UTF-8")]
    [InlineData("nlp/shoeSize=9", "'shoeSize=9': scopes on demand are made by agent, costCenter, customerId, environment, feature, model, project, provider, sessionId, team")]
    public void ScopePath_OnDemandInAnotherForm_IsRefusedWithTheRightOne(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => ScopePath.Parse(text)).Message);
        Assert.False(ScopePath.TryParse(text, null, out _));
    }

    [Fact]
    public void ScopePath_DeepestHas16Names()
    {
        var deepest = ScopePath.Parse(string.Join('/', Enumerable.Repeat("a", 16)));

        Assert.Equal(17, deepest.FromRoot().Count());
        Assert.Equal("a scope is at most 16 names deep", Assert.Throws<FormatException>(() => deepest.Child("b")).Message);
    }

    [Fact]
    public void WorkloadId_IsAUuidOfVersion7_AndKnowsWhenItWasMade()
    {
        var id = WorkloadId.Parse("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90");

        Assert.Equal("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90", id.ToString());
        Assert.Equal(id, WorkloadId.Parse("0199A5F0-7C3B-7D21-9D3E-3B1F6A7C8D90"));
        Assert.Equal(0x0199a5f07c3b, id.MadeAt.ToUnixTimeMilliseconds());
        var instant = DateTimeOffset.Parse("2026-11-23T08:00:00.123Z", CultureInfo.InvariantCulture);
        Assert.Equal(instant, WorkloadId.New(instant).MadeAt);
        Assert.NotEqual(WorkloadId.New(instant), WorkloadId.New(instant));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0199a5f0-7c3b-4d21-9d3e-3b1f6a7c8d90")]
    [InlineData("0199a5f0-7c3b-7d21-1d3e-3b1f6a7c8d90")]
    [InlineData("0199a5f07c3b7d219d3e3b1f6a7c8d90")]
    [InlineData("{0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90}")]
    [InlineData(" 0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90")]
    [InlineData("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90\n")]
    [InlineData("+199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90")]
    [InlineData("0x99a5f0-7c3b-7d21-9d3e-3b1f6a7c8d90")]
    [InlineData("0199a5f0-7c3b-7d21-9d3e-3b1f6a7c8d9g")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public void WorkloadId_OfAnotherForm_IsRefused(string text)
    {
        Assert.False(WorkloadId.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => WorkloadId.Parse(text));
    }
}
