// Trusted Types (W3C), as far as this page uses them.

interface TrustedScriptURL {
  toString(): string;
}

interface TrustedTypePolicy {
  createScriptURL(address: string): TrustedScriptURL;
}

declare var trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { readonly createScriptURL: (address: string) => string },
      ): TrustedTypePolicy;
    }
  | undefined;
