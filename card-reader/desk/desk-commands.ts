/**
 * What whoever opened a desk may ask of the card: one operation a message, never a raw command, so
 * that this terminal knows what it does.
 */
import { z } from 'zod'
import { keyAlgorithms, keySlots } from '../piv-keys.ts'
import type { DeskPurpose } from '../protocol.ts'
import { managementKeyNames } from './card-identity.ts'
import { objectNames, type CardOperations } from './card-operations.ts'

const maxObjectBytes = 16 * 1024
const bytes = (most: number) =>
  z
    .base64()
    .max(Math.ceil(most / 3) * 4)
    .transform((text) => Buffer.from(text, 'base64'))

const slot = z.enum(keySlots)
const puk = bytes(8)
const tries = z.int().min(1).max(255)
const rules = z.object({ minDigits: z.int().min(6).max(8), refuseSimple: z.boolean() })
const algorithm = z.enum(managementKeyNames)
const managementKey = z.object({ algorithm, bytes: bytes(32) })
const block = bytes(16)

const deskCommand = z.discriminatedUnion('method', [
  z.object({ method: z.literal('identify') }),
  z.object({ method: z.literal('requestWitness'), algorithm }),
  z.object({ method: z.literal('sendProof'), algorithm, witness: block, challenge: block }),
  z.object({ method: z.literal('setManagementKey'), key: managementKey }),
  z.object({ method: z.literal('setTries'), pin: tries, puk: tries }),
  z.object({ method: z.literal('changePuk'), from: puk, to: puk }),
  z.object({ method: z.literal('setPin'), puk, rules }),
  z.object({ method: z.literal('enterPin') }),
  z.object({ method: z.literal('changePin'), rules }),
  z.object({
    method: z.literal('generateKey'),
    slot,
    algorithm: z.enum(keyAlgorithms),
    pinPolicy: z.enum(['never', 'once', 'always']),
  }),
  z.object({ method: z.literal('attest'), slot }),
  z.object({ method: z.literal('attestationAuthority') }),
  z.object({
    method: z.literal('sign'),
    slot,
    algorithm: z.enum(keyAlgorithms),
    digest: bytes(64),
  }),
  z.object({
    method: z.literal('signChallenge'),
    algorithm: z.enum(keyAlgorithms),
    nonce: z.base64().length(44),
  }),
  z.object({ method: z.literal('readObject'), name: z.enum(objectNames) }),
  z.object({
    method: z.literal('putObject'),
    name: z.enum(objectNames),
    content: bytes(maxObjectBytes),
  }),
  z.object({ method: z.literal('readCertificate'), slot }),
  z.object({ method: z.literal('putCertificate'), slot, der: bytes(maxObjectBytes) }),
  z.object({ method: z.literal('reset') }),
])

export type DeskCommand = z.infer<typeof deskCommand>
type Method = DeskCommand['method']

/** What holds for a desk from its first command to its last. */
export interface DeskTerms {
  readonly purpose: DeskPurpose
  /** Pinned at enrolment. Never one that a message named. */
  readonly origin: string
}

/** null for what this agent does not know. */
export function readDeskCommand(message: unknown): DeskCommand | null {
  return deskCommand.safeParse(message).data ?? null
}

const reading: readonly Method[] = ['identify', 'readObject', 'readCertificate']
const unblocking: readonly Method[] = [
  ...reading,
  ...(['requestWitness', 'sendProof', 'changePuk', 'setPin'] as const),
]

const allowed: Readonly<Record<Exclude<DeskPurpose, 'issue'>, readonly Method[]>> = {
  read: reading,
  unblock: unblocking,
  'operator-sign-in': ['identify', 'readCertificate', 'signChallenge'],
}

/**
 * Outside an issuing desk the card gets no key and signs no digest that somebody far away made: a
 * signature of any digest would be a sign-in anywhere. An operator's card signs as in every sign-in,
 * for the origin that this terminal is pinned to, and for a PIN typed for that once.
 */
export function mayDo(purpose: DeskPurpose, { method }: DeskCommand): boolean {
  return purpose === 'issue' || allowed[purpose].includes(method)
}

/** Does it; bytes come back in base64. Secrets that came with it are overwritten. */
export async function performDeskCommand(
  card: CardOperations,
  command: DeskCommand,
  { origin }: DeskTerms,
): Promise<unknown> {
  try {
    return asAnswer(await perform(card, command, origin))
  } finally {
    for (const secret of secretsOf(command)) secret.fill(0)
  }
}

function perform(card: CardOperations, command: DeskCommand, origin: string): Promise<unknown> {
  switch (command.method) {
    case 'identify':
      return card.identify()
    case 'requestWitness':
      return card.requestWitness(command.algorithm)
    case 'sendProof':
      return card.sendProof(command.algorithm, command)
    case 'setManagementKey':
      return card.setManagementKey(command.key)
    case 'setTries':
      return card.setTries(command)
    case 'changePuk':
      return card.changePuk(command)
    case 'setPin':
      return card.setPin(command.puk, command.rules)
    case 'enterPin':
      return card.enterPin()
    case 'changePin':
      return card.changePin(command.rules)
    case 'generateKey':
      return card.generateKey(command.slot, command)
    case 'attest':
      return card.attest(command.slot)
    case 'attestationAuthority':
      return card.attestationAuthority()
    case 'sign':
      return card.sign(command.slot, command)
    case 'signChallenge':
      return card.signChallenge({ ...command, origin })
    case 'readObject':
      return card.readObject(command.name)
    case 'putObject':
      return card.putObject(command.name, command.content)
    case 'readCertificate':
      return card.readCertificate(command.slot)
    case 'putCertificate':
      return card.putCertificate(command.slot, command.der)
    case 'reset':
      return card.reset()
  }
}

function secretsOf(command: DeskCommand): Buffer[] {
  if ('key' in command) return [command.key.bytes]
  if ('from' in command) return [command.from, command.to]
  return command.method === 'setPin' ? [command.puk] : []
}

function asAnswer(value: unknown): unknown {
  if (value === undefined) return null
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, asAnswer(part)] as const),
  )
}
