import { generateKeyPairSync } from 'node:crypto'
import {
  Provider,
  type Adapter,
  type AdapterFactory,
  type Client as ProviderClient,
  type ClientMetadata,
} from 'oidc-provider'
import type { Clock } from '../clock.ts'
import type { ClientFault } from './client-refused.ts'
import { defaultLifetimes } from './lifetimes.ts'
import { protocolOptions } from './provider-config.ts'

/** The library's model; its types say that nobody makes one. */
type ClientModel = new (metadata: ClientMetadata) => ProviderClient

/**
 * What the provider would say of a client when it signs its first person in: the same rules, of
 * the same version, asked before anybody waits. Keys behind an address are not fetched.
 */
export function providerFaults(
  metadata: Readonly<Record<string, unknown>>,
  clock: Clock,
): ClientFault[] {
  const provider = new Provider('https://id.invalid', {
    ...protocolOptions(defaultLifetimes, clock),
    jwks: { keys: [keyOfNobody()] },
    adapter: keepsNothing,
  })
  const Model = provider.Client as unknown as ClientModel
  try {
    new Model(metadata as unknown as ClientMetadata)
    return []
  } catch (error) {
    const { error_description: why } = error as { error_description?: string }
    if (why === undefined) throw error
    return [{ field: 'metadata', reason: 'provider-refused', given: why }]
  }
}

/** Nothing is asked of it; without one the library warns of keeping everything in memory. */
const keepsNothing: AdapterFactory = () => ({}) as Adapter

/** Signs nothing: which algorithms clients may ask for follows from the keys that there are. */
function keyOfNobody() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kty: 'EC' as const, alg: 'ES256' }
}
