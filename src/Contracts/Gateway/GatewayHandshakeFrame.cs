namespace GenOps.ControlPlane.Gateway;

/// <summary>One frame of the handshake.</summary>
/// <param name="Code">What it says.</param>
/// <param name="Text">The API key, or words for people; may be empty.</param>
public readonly record struct GatewayHandshakeFrame(GatewayHandshakeCode Code, string Text = "");
