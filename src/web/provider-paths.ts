/** Where the OpenID provider answers (OpenID Connect Discovery 1.0 §4, RP-Initiated Logout §2). */
const providerPaths = [
  '/.well-known',
  '/authorize',
  '/backchannel',
  '/introspect',
  '/jwks',
  '/request',
  '/revoke',
  '/session',
  '/token',
  '/userinfo',
]

/** Whether the provider answers at `path`; every other path is ours, also to say "no such page". */
export function isProviderPath(path: string): boolean {
  return providerPaths.some((own) => path === own || path.startsWith(`${own}/`))
}
