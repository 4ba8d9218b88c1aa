import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEventName } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { NotFound, type Facts } from '../errors.ts'
import { ClientRefused } from './client-refused.ts'
import {
  createClientStore,
  type Client,
  type ClientPolicy,
  type ClientState,
} from './client-store.ts'

export interface ChangeClientDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface ClientChangeRequest {
  readonly clientId: string
  readonly actor: string
  /** Why, as the person who asks puts it; null where nobody is asked for it. */
  readonly reason: string | null
}

/** What a change makes of a client, and what the audit keeps of that. */
export interface ClientChange {
  readonly event: AuditEventName
  readonly apply: (before: Client) => Client
  readonly factsOf: (before: Client, after: Client) => Facts
}

/**
 * Changes a registered application; change and audit event are committed together. Every node knows
 * within seconds.
 *
 * @throws NotFound, ClientRefused
 */
export async function changeClient(
  { db, clock }: ChangeClientDeps,
  { clientId, actor, reason }: ClientChangeRequest,
  { event, apply, factsOf }: ClientChange,
): Promise<Client> {
  return db.inTransaction(async (tx) => {
    const clients = createClientStore(tx)
    const before = await clients.findToChange(clientId)
    if (before === null) throw new NotFound('no such client', { clientId })
    const after = apply(before)
    await clients.upsert(after)
    const facts = factsOf(before, after)
    const said = { at: clock.now(), event, clientId, actor, reason, facts } as const
    await createAuditStore(tx).append({ ...said, outcome: 'succeeded' })
    return after
  })
}

/** Fields that are left out stay as they are. */
export type PolicyChange = Partial<ClientPolicy>

/** Who may sign in there and how. It counts at the next sign-in and single sign-on. */
export function changeClientPolicy(
  deps: ChangeClientDeps,
  request: ClientChangeRequest & { readonly policy: PolicyChange },
): Promise<Client> {
  return changeClient(deps, request, {
    event: 'client.policy-changed',
    apply: (before) => withPolicy(before, request.policy),
    factsOf: (_before, { policy }) => ({
      leastLevel: policy.leastLevel,
      cardKinds: policy.cardKinds.join(' '),
      agencies: policy.agencyIds?.join(' ') ?? null,
      cardCompulsoryFrom: policy.cardCompulsoryFrom?.toISOString() ?? null,
    }),
  })
}

/** @throws ClientRefused */
export function withPolicy(client: Client, change: PolicyChange): Client {
  const policy = { ...client.policy, ...change }
  if (policy.cardKinds.length === 0)
    throw new ClientRefused([{ field: 'cardKinds', reason: 'missing', given: '' }])
  return { ...client, policy }
}

/**
 * A disabled application gets no sign-in, code, token or user info any more, whatever its sessions;
 * its people stay signed in elsewhere.
 */
export function setClientState(
  deps: ChangeClientDeps,
  request: ClientChangeRequest & { readonly state: ClientState },
): Promise<Client> {
  const { state } = request
  return changeClient(deps, request, {
    event: state === 'active' ? 'client.enabled' : 'client.disabled',
    apply: (before) => ({ ...before, state }),
    factsOf: (before) => ({ from: before.state }),
  })
}
