namespace GenOps.ControlPlane.Access;

/// <summary>A key that was made elsewhere.</summary>
/// <param name="KeyId">Its id, 12 lower-case hexadecimal digits.</param>
/// <param name="SecretHash">SHA-256 of its secret, in hexadecimal.</param>
/// <param name="Request">What it is for.</param>
/// <param name="OnlyFirstAdmin">Whether it is made only if no admin's key is good at the moment.</param>
[GenerateSerializer, Immutable, Alias("genops.KeyRegistration")]
public sealed record KeyRegistration(string KeyId, string SecretHash, KeyRequest Request, bool OnlyFirstAdmin = false);
