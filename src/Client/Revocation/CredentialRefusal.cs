using GenOps.ControlPlane.Errors;

namespace GenOps.ControlPlane.Client;

/// <summary>
/// Tells the control plane's word that this client's key is no good from whatever else goes wrong. With the key goes
/// all that was allowed to it; and nothing is pushed to a client whose key is gone.
/// </summary>
internal static class CredentialRefusal
{
    /// <summary>
    /// Not so a good key that may not do this, a control plane that can't be reached, or a key that this client could not
    /// even show.
    /// </summary>
    public static bool Is(Exception exception) => exception is AccessDeniedException { Code: AccessDeniedException.UnauthenticatedCode };
}
