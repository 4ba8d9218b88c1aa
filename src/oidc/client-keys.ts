import { z } from 'zod'
import type { ClientFault } from './client-refused.ts'
import type { ClientWish } from './client-wish.ts'

const keyShape = z.looseObject({ kty: z.enum(['EC', 'OKP', 'RSA']) })
const keySetShape = z.object({ keys: z.array(keyShape).min(1) })

/** RFC 7518 §6 and RFC 8037 §2: what a private key has beside its public one. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** An application with `private_key_jwt` has keys, in one place and public; the others have none. */
export function clientKeyFaults(
  wish: Pick<ClientWish, 'auth' | 'jwks' | 'jwksUri'>,
): ClientFault[] {
  const { auth, jwks, jwksUri } = wish
  const hasSet = jwks !== null
  if (auth !== 'private_key_jwt') {
    const unwanted = hasSet || jwksUri !== null
    return unwanted ? [keyFault(hasSet ? 'jwks' : 'jwksUri', 'keys-unwanted')] : []
  }
  if (hasSet === (jwksUri !== null)) return [keyFault('jwks', 'keys-missing')]
  return hasSet ? keySetFaults(jwks) : []
}

function keySetFaults(jwks: unknown): ClientFault[] {
  const parsed = keySetShape.safeParse(jwks)
  if (!parsed.success) return [keyFault('jwks', 'keys-unreadable')]
  const isPrivate = parsed.data.keys.some((key) => privateMembers.some((member) => member in key))
  return isPrivate ? [keyFault('jwks', 'keys-private')] : []
}

/** Keys are never quoted. */
function keyFault(field: 'jwks' | 'jwksUri', reason: ClientFault['reason']): ClientFault {
  return { field, reason, given: '' }
}
