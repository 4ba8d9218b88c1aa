import type { Clock } from '../clock.ts'
import type { Facts } from '../errors.ts'
import type { Random } from '../random.ts'
import { changeClient, type ChangeClientDeps, type ClientChangeRequest } from './change-client.ts'
import { ClientRefused } from './client-refused.ts'
import type { Client } from './client-store.ts'
import { clientWishFaults, metadataOfWish, type ClientWish } from './client-wish.ts'
import { hashSecret, metadataOf } from './clients.ts'
import { newSecret, type RegisteredClient } from './register-client.ts'
import { wishOfClient } from './registered-wish.ts'

/** Fields that are left out stay as they are. */
export interface RegistrationChange extends Partial<
  Omit<ClientWish, 'clientId' | 'name' | 'policy'>
> {
  readonly name?: Partial<ClientWish['name']>
}

/** What the application would be, its secret left open; nothing changes. @throws ClientRefused */
export async function planRegistrationChange(
  { clock }: { readonly clock: Clock },
  before: Client,
  change: RegistrationChange,
): Promise<Client> {
  const check = await registrationCheck(clock)
  // A hash of the right length stands for the secret that is not made yet.
  return withRegistration(before, change, { newHash: Buffer.alloc(32), check })
}

/**
 * Changes names, addresses, keys, scopes or the proof of a registered application, by the same
 * rules as when it was registered. One that proves itself by secret from now on gets one.
 *
 * @throws NotFound, ClientRefused
 */
export async function changeRegistration(
  deps: ChangeClientDeps & { readonly random: Random },
  request: ClientChangeRequest & { readonly change: RegistrationChange },
): Promise<RegisteredClient> {
  const secret = newSecret(deps.random)
  const newHash = hashSecret(secret)
  const check = await registrationCheck(deps.clock)
  const client = await changeClient(deps, request, {
    event: 'client.changed',
    apply: (before) => withRegistration(before, request.change, { newHash, check }),
    factsOf,
  })
  return { client, secret: client.secretHash?.equals(newHash) === true ? secret : null }
}

type RegistrationCheck = (wish: ClientWish, client: Client) => void

async function registrationCheck(clock: Clock): Promise<RegistrationCheck> {
  // The library takes half a second to load, and no other command about applications needs it.
  const { providerFaults } = await import('./provider-rules.ts')
  return (wish, client) => {
    const faults = clientWishFaults(wish)
    if (faults.length > 0) throw new ClientRefused(faults)
    const refused = providerFaults(metadataOf(client), clock)
    if (refused.length > 0) throw new ClientRefused(refused)
  }
}

function withRegistration(
  before: Client,
  change: RegistrationChange,
  { newHash, check }: { readonly newHash: Buffer; readonly check: RegistrationCheck },
): Client {
  const wish = changedWish(wishOfClient(before), change)
  const hasSecret = wish.auth === 'client_secret_basic'
  const { vi, en } = wish.name
  const { previousSecret, ...rest } = before
  const after: Client = {
    ...rest,
    name: { vi: vi.normalize('NFC').trim(), en: en.normalize('NFC').trim() },
    agencyId: wish.agencyId,
    metadata: metadataOfWish(wish),
    secretHash: hasSecret ? (before.secretHash ?? newHash) : null,
    ...(hasSecret && previousSecret !== undefined && { previousSecret }),
  }
  check(wish, after)
  return after
}

/** Keys come in one place: a new one takes the place of the old, and without them both go. */
function changedWish(before: ClientWish, change: RegistrationChange): ClientWish {
  const { name, jwks, jwksUri, ...rest } = change
  const usesKeys = (change.auth ?? before.auth) === 'private_key_jwt'
  const isGiven = jwks !== undefined || jwksUri !== undefined
  const kept = usesKeys ? { jwks: before.jwks, jwksUri: before.jwksUri } : noKeys
  const keys = isGiven ? { jwks: jwks ?? null, jwksUri: jwksUri ?? null } : kept
  return { ...before, ...rest, ...keys, name: { ...before.name, ...name } }
}

const noKeys = { jwks: null, jwksUri: null }

/** What changed, before and after. Keys are not quoted. */
function factsOf(before: Client, after: Client): Facts {
  const [was, is] = [textsOf(before), textsOf(after)]
  const changed = Object.keys(is).filter((field) => was[field] !== is[field])
  return Object.fromEntries(
    changed.flatMap((field): [string, string | true | null][] => {
      if (field === 'jwks') return [['keysChanged', true]]
      return [
        [`${field}Before`, was[field] ?? null],
        [field, is[field] ?? null],
      ]
    }),
  )
}

function textsOf(client: Client): Record<string, string | null> {
  const wish = wishOfClient(client)
  return {
    nameVi: wish.name.vi,
    nameEn: wish.name.en,
    agency: wish.agencyId,
    redirectUris: wish.redirectUris.join(' '),
    postLogoutRedirectUris: wish.postLogoutRedirectUris.join(' '),
    backchannelLogoutUri: wish.backchannelLogoutUri,
    auth: wish.auth,
    jwks: JSON.stringify(wish.jwks),
    jwksUri: wish.jwksUri,
    scopes: wish.scopes.join(' '),
    offlineAccess: String(wish.offlineAccess),
  }
}
