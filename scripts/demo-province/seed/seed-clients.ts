import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import type { Addresses } from '../addresses.ts'
import { applications, type ApplicationId, type DemoApplication } from '../applications.ts'
import { redirectUri } from '../relying-party/sign-in.ts'
import { writeOwnFile } from './own-file.ts'
import { agencyIdOf } from './seed-province.ts'
import type { SeedDeps } from './seed-deps.ts'

export interface ClientKey {
  readonly key: CryptoKey
  readonly kid: string
}

interface ClientSeed {
  readonly addresses: Addresses
  /** Where each application keeps its private key, as an application's own server would. */
  readonly keyFolder: string
}

interface Deps {
  readonly agencies: Pick<SeedDeps['agencies'], 'findByCode'>
  readonly clients: Pick<SeedDeps['clients'], 'upsert'>
}

/** Registers the five applications anew at each start: their ports may have changed. */
export async function seedClients(
  deps: Deps,
  seed: ClientSeed,
): Promise<Readonly<Record<ApplicationId, ClientKey>>> {
  const keys = await Promise.all(
    applications.map(async (application) => {
      const privateJwk = await keyOf(application.id, seed.keyFolder)
      await registerClient(deps, application, { ...seed, privateJwk })
      const kid = await calculateJwkThumbprint(privateJwk)
      const key = (await importJWK(privateJwk, 'ES256')) as CryptoKey
      return [application.id, { key, kid }] as const
    }),
  )
  return Object.fromEntries(keys) as Record<ApplicationId, ClientKey>
}

async function registerClient(
  deps: Deps,
  application: DemoApplication,
  { addresses, privateJwk }: { addresses: Addresses; privateJwk: JWK },
): Promise<void> {
  const { id, name, agency, leastLevel, cardKinds, cardCompulsoryFrom } = application
  await deps.clients.upsert({
    clientId: id,
    name,
    agencyId: await agencyIdOf(deps, agency),
    state: 'active',
    metadata: await metadataOf(addresses.applications[id].origin, privateJwk),
    secretHash: null,
    policy: { leastLevel, cardKinds, agencyIds: null, cardCompulsoryFrom },
  })
}

/** Client metadata by its registered names (OpenID Connect Dynamic Client Registration 1.0 §2). */
async function metadataOf(
  origin: string,
  { kty, crv, x, y }: JWK,
): Promise<Record<string, unknown>> {
  const publicJwk = { kty, crv, x, y }
  const kid = await calculateJwkThumbprint(publicJwk as JWK)
  return {
    redirect_uris: [redirectUri(origin)],
    post_logout_redirect_uris: [`${origin}/`],
    backchannel_logout_uri: `${origin}/backchannel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid profile agency organisation',
    id_token_signed_response_alg: 'ES256',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ ...publicJwk, kid, use: 'sig', alg: 'ES256' }] },
  }
}

const storedKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

/** The application's key; made where there is none, or where an interrupted start broke it. */
async function keyOf(id: ApplicationId, folder: string): Promise<JWK> {
  const file = join(folder, `${id}.jwk.json`)
  const kept = storedKey.safeParse(parseJson(await readFile(file, 'utf8').catch(() => '')))
  if (kept.success) return kept.data
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const made = storedKey.parse(await exportJWK(privateKey))
  await writeOwnFile(file, JSON.stringify(made))
  return made
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
