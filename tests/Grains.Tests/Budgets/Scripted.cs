using System.Reflection;

namespace GenOps.ControlPlane.Budgets;

/// <summary>Stands for an interface of which a test needs few methods: the test answers each call.</summary>
internal class Scripted : DispatchProxy
{
    private Func<string, object?[], object?>? _answer;

    public static T Of<T>(Func<string, object?[], object?> answer) where T : class
    {
        var proxy = Create<T, Scripted>();
        ((Scripted)(object)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer!(targetMethod!.Name, args ?? []);
}
