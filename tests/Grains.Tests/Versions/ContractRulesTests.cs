namespace GenOps.ControlPlane.Versions;

public sealed class ContractRulesTests
{
    private static readonly string[] Released =
    [
        "entry workload.extended",
        "grain agent is genops.IAgentGrain",
        "interface genops.IAgentGrain version 1",
        "json entry workload.extended expiresAt required DateTimeOffset",
        "json genops.Deed name required String",
        "member genops.Asked place 0 Deed genops.Deed",
        "member genops.Deed place 0 Name String",
        "member genops.Told place 0 Code String",
        "method genops.IAgentGrain.Ask(genops.Asked) -> genops.Told",
        "value genops.Told 0 No",
    ];

    [Fact]
    public void Breaches_NothingChanged_AreNone() =>
        Assert.Empty(ContractRules.Breaches(Released, Released, isSameVersion: false, _ => true));

    [Theory]
    [InlineData("grain agent is genops.IAgentGrain", "gone or changed: 'grain agent is genops.IAgentGrain'; an earlier build relies on it")]
    [InlineData("member genops.Told place 0 Code String", "gone or changed: 'member genops.Told place 0 Code String'; an earlier build relies on it")]
    [InlineData("value genops.Told 0 No", "gone or changed: 'value genops.Told 0 No'; an earlier build relies on it")]
    [InlineData("json genops.Deed name required String", "gone or changed: 'json genops.Deed name required String'; an earlier build relies on it")]
    [InlineData("interface genops.IAgentGrain version 1", "'genops.IAgentGrain' is gone; an earlier build calls it")]
    public void Breaches_SomethingRemoved_AreToldWithinAVersionAndAcross(string line, string breach)
    {
        Assert.Equal([breach], ContractRules.Breaches(Released, [.. Released.Except([line])], isSameVersion: true, _ => true));
        Assert.Equal([breach], ContractRules.Breaches(Released, [.. Released.Except([line])], isSameVersion: false, _ => true));
    }

    [Theory]
    [InlineData("method genops.IAgentGrain.Explain() -> genops.Told")]
    [InlineData("member genops.Asked place 1 Why String")]
    [InlineData("member genops.Deed place 1 Model String")]
    public void Breaches_SomethingNewIsAsked_UntilTheInterfaceHasAHigherVersion(string line)
    {
        string[] now = [.. Released, line];
        string[] raised = [.. now.Except(["interface genops.IAgentGrain version 1"]), "interface genops.IAgentGrain version 2"];

        Assert.Equal(
            [$"'{line}' is new to what genops.IAgentGrain is asked: raise its [Version], so that an earlier build is never asked it"],
            ContractRules.Breaches(Released, now, isSameVersion: false, _ => true));
        Assert.Empty(ContractRules.Breaches(Released, now, isSameVersion: true, _ => true));
        Assert.Empty(ContractRules.Breaches(Released, raised, isSameVersion: false, _ => true));
    }

    [Fact]
    public void Breaches_AnAnswerSaysMore_AreNone() =>
        Assert.Empty(ContractRules.Breaches(Released, [.. Released, "member genops.Told place 1 Reason String", "json genops.Deed model optional String"], isSameVersion: false, _ => true));

    [Fact]
    public void Breaches_AVersionWentBack_IsTold() =>
        Assert.Equal(
            ["'genops.IAgentGrain' went back from version 1 to 0"],
            ContractRules.Breaches(Released, [.. Released.Except(["interface genops.IAgentGrain version 1"]), "interface genops.IAgentGrain version 0"], isSameVersion: true, _ => true));

    [Fact]
    public void Breaches_ANewKind_UntilItIsOnlyRead()
    {
        string[] now = [.. Released, "entry workload.paused", "json entry workload.paused by required String"];

        Assert.Equal(
            ["'entry workload.paused' is new and written at once: name it in LedgerKinds.NotYetWritten, and write it one minor version later"],
            ContractRules.Breaches(Released, now, isSameVersion: false, _ => true));
        Assert.Empty(ContractRules.Breaches(Released, now, isSameVersion: false, kind => kind != "workload.paused"));
    }

    [Theory]
    [InlineData("json entry workload.extended by required String")]
    [InlineData("json genops.Deed model required String")]
    public void Breaches_ANewMemberIsRequired_IsTold(string line) =>
        Assert.Equal(
            [$"'{line}' is new and required: entries that stand in the ledger don't have it"],
            ContractRules.Breaches(Released, [.. Released, line], isSameVersion: false, _ => true));
}
