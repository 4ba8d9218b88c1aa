import type { Random } from '../random.ts'
import { changeClient, type ChangeClientDeps, type ClientChangeRequest } from './change-client.ts'
import { ClientRefused } from './client-refused.ts'
import type { Client } from './client-store.ts'
import { hashSecret } from './clients.ts'
import { newSecret } from './register-client.ts'

export interface RotationRequest extends ClientChangeRequest {
  /** How long the secret of today goes on to count; 0 where somebody else may know it. */
  readonly graceHours: number
}

export interface RotatedSecret {
  /** Shown once: the registry keeps its hash alone. */
  readonly secret: string
  /** Until when the one before it counts as well; null: it stops at once. */
  readonly previousUntil: Date | null
}

/**
 * Gives an application a new secret. The one before it counts for a while, so that its nodes can
 * change over one after the other; a rotation within that time ends it.
 *
 * @throws NotFound, ClientRefused for one that has no secret
 */
export async function rotateClientSecret(
  deps: ChangeClientDeps & { readonly random: Random },
  request: RotationRequest,
): Promise<RotatedSecret> {
  const { graceHours } = request
  const until = new Date(deps.clock.now().getTime() + graceHours * 3_600_000)
  const previousUntil = graceHours > 0 ? until : null
  const secret = newSecret(deps.random)
  await changeClient(deps, request, {
    event: 'client.secret-rotated',
    apply: (before) => withSecret(before, hashSecret(secret), previousUntil),
    factsOf: () => ({ previousUntil: previousUntil?.toISOString() ?? null }),
  })
  return { secret, previousUntil }
}

/** @throws ClientRefused */
export function checkHasSecret({ clientId, secretHash }: Client): Buffer {
  if (secretHash !== null) return secretHash
  throw new ClientRefused([{ field: 'auth', reason: 'has-no-secret', given: clientId }])
}

function withSecret(before: Client, secretHash: Buffer, previousUntil: Date | null): Client {
  const hash = checkHasSecret(before)
  const previousSecret = previousUntil === null ? undefined : { hash, until: previousUntil }
  return { ...before, secretHash, previousSecret }
}
