using GenOps.ControlPlane.Workloads;
using static GenOps.ControlPlane.Authority.DelegationBook;

namespace GenOps.ControlPlane.Authority;

public sealed class AuthorityEvaluatorTests
{
    private readonly DelegationBook _book = new();

    [Fact]
    public void Evaluate_ModelThatTheOwnDelegationDoesNotPermit_SaysWhichLinkAndWhatItPermits()
    {
        _book.Put("d-1", FromMaria("planner"));
        _book.PassOn("d-1", "d-2", "worker", new Capabilities(Models: Names("gpt-4o*", "o4-mini")));

        Refuses(
            Ask("worker") with { Model = "gpt-5" },
            "POLICY_DENY_MODEL",
            "delegation d-2",
            "the model gpt-5 is not permitted: delegation d-2 from agent:planner to agent:worker permits gpt-4o*, o4-mini; ask for one of these, or have its grantor widen it");
        Assert.Equal(["d-1", "d-2"], Permitted(Ask("worker") with { Model = "gpt-4o-mini" }).Chain.Ids.Select(id => id.Value));
    }

    private AdmittedChain Permitted(WorkloadRequest request, string? cost = "0")
    {
        var verdict = _book.Evaluate(request, cost);
        Assert.Null(verdict.Fault);
        return verdict.Permitting[0];
    }

    private void Refuses(WorkloadRequest request, string code, string determinedBy, string reason, string? cost = "0", DateTimeOffset? now = null)
    {
        var verdict = _book.Evaluate(request, cost, now);
        Assert.Empty(verdict.Permitting);
        Assert.Equal(new AuthorityFault(code, reason, determinedBy), verdict.Fault);
    }
}
