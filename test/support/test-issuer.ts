import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type ClientMetadata } from 'oidc-provider'
import type { Address } from '../../scripts/demo-province/addresses.ts'

/** How the next person at the test issuer signs in; null where they cancel. */
export interface TestSignIn {
  readonly acr: string
  readonly amr: readonly string[]
}

export interface TestIssuer {
  readonly origin: string
  signIn: TestSignIn | null
  close(): Promise<void>
}

/** A plain `oidc-provider` that signs one person in without asking: for tests of relying parties. */
export async function openTestIssuer(
  { origin, port }: Address,
  options: { clients: readonly ClientMetadata[]; claims: Readonly<Record<string, unknown>> },
): Promise<TestIssuer> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const issuer = { origin, signIn: null as TestSignIn | null }
  const provider: Provider = new Provider(origin, {
    clients: [...options.clients],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    acrValues: ['urn:ecard:loa:low', 'urn:ecard:loa:high'],
    scopes: ['openid', 'agency', 'organisation'],
    claims: { openid: ['sub', 'acr', 'amr'], profile: ['name'], agency: ['agencies'] },
    cookies: { keys: ['for tests alone'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = form.replace('</form>', '<input name="logout" value="yes"/></form>')
        },
      },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, ...options.claims }),
    }),
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc
      const grant = new provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      })
      grant.addOIDCScope('openid profile agency organisation')
      await grant.save()
      return grant
    },
    // The library's own connector refuses to call anybody on loopback.
    fetch: (url, init) => fetch(url, { ...init, dispatcher: undefined } as RequestInit),
  })
  const answer = provider.callback()
  const server = createServer((req, res) => {
    const isInteraction = req.url?.startsWith('/interaction/') === true
    void (isInteraction ? finish(provider, issuer.signIn, { req, res }) : answer(req, res))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return Object.assign(issuer, {
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

async function finish(
  provider: Provider,
  signIn: TestSignIn | null,
  { req, res }: { req: IncomingMessage; res: ServerResponse },
): Promise<void> {
  const result =
    signIn === null
      ? { error: 'access_denied' }
      : { login: { accountId: 'mau', acr: signIn.acr, amr: [...signIn.amr] }, consent: {} }
  await provider.interactionFinished(req, res, result)
}
