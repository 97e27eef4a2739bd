namespace GenOps.ControlPlane.Silo.Demo.Traces;

/// <summary>One call that once really happened.</summary>
/// <param name="Row">Its number in the order of arrival, from 1.</param>
/// <param name="ContextTokens">Tokens that went in.</param>
/// <param name="GeneratedTokens">Tokens that came out.</param>
internal readonly record struct TraceCall(int Row, long ContextTokens, long GeneratedTokens);
