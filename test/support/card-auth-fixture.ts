import { createHash, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto'
import { createAuditStore, type AuditStore } from '../../src/audit/audit-store.ts'
import { receiveAuthToken, type CardAnswerDeps } from '../../src/card-auth/card-answer.ts'
import {
  finishCardAuth,
  type CardAuthAttempt,
  type FinishCardAuthDeps,
} from '../../src/card-auth/finish-card-auth.ts'
import { startCardAuth, type StartCardAuthDeps } from '../../src/card-auth/start-card-auth.ts'
import { cardTransitions, type Card, type CardState } from '../../src/cards/card.ts'
import { activateOnFirstUse } from '../../src/cards/activate-on-first-use.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { createMemoryBus } from '../../src/db/memory-bus.ts'
import { createMemoryStore } from '../../src/db/memory-store.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import type { Authentication } from '../../src/holders/authentication.ts'
import type { CardKind, SignInSlot } from '../../src/holders/card-kind.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { silentLog } from '../../src/log.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { loadTrustAnchors } from '../../src/pki/chain.ts'
import { systemRandom } from '../../src/random.ts'
import type { SignInRequest } from '../../src/terminals/protocol.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import type { Terminal } from '../../src/terminals/terminal.ts'
import { createTestDatabase } from './test-database.ts'
import { createTestTerminal, witness, type TestTerminal } from './test-terminal.ts'
import {
  createTinyCa,
  tinyPolicyArc,
  type LeafOptions,
  type TinyCa,
  type TinyLeaf,
} from './tiny-ca.ts'

export const origin = 'https://id.example'
export const startOfTest = new Date('2026-11-21T03:00:00Z')

/** Card authentication on a real PostgreSQL, with cards signed in software. */
export interface CardAuthFixture {
  readonly clock: { now(): Date; advance(seconds: number): void }
  readonly ca: TinyCa
  readonly db: Database
  readonly audit: AuditStore
  readonly deps: StartCardAuthDeps & FinishCardAuthDeps & CardAnswerDeps
  /** What was sent to terminals, oldest first. */
  readonly sent: { readonly terminalId: string; readonly message: SignInRequest }[]
  /** A managed terminal, in service. */
  readonly terminal: TestTerminal
  enrolTerminal(mode: Terminal['mode']): Promise<TestTerminal>
  /** A holder with an active card and a certificate in the registry, unless told otherwise. */
  registerCard(options?: CardOptions): Promise<TestCard>
  close(): Promise<void>
}

export interface CardOptions extends Pick<LeafOptions, 'keyAlgorithm'> {
  readonly kind?: CardKind
  readonly slot?: SignInSlot
  readonly cardUuid?: string
  readonly state?: CardState
  readonly expiresAt?: Date
  /** The certificate on the card, made from kind, slot and UUID by default. */
  readonly leaf?: TinyLeaf
}

export interface TestCard {
  readonly cardUuid: string
  readonly holderId: string
  readonly slot: SignInSlot
  readonly leaf: TinyLeaf
  readonly authorityId: string
}

export async function createCardAuthFixture(): Promise<CardAuthFixture> {
  const database = await createTestDatabase({ migrated: true })
  const db = openDatabase({ url: database.url, log: silentLog })
  const clock = createTestClock()
  const ca = await createTinyCa({ clock })
  const certificates = createCertificateStore(db)
  for (const authority of ca.authorities) await certificates.insertAuthority(authority)
  const audit = createAuditStore(db)
  const sent: CardAuthFixture['sent'] = []
  const deps = {
    issuer: origin,
    store: createMemoryStore({ clock }),
    bus: createMemoryBus(),
    sendToTerminal: (terminalId: string, message: { readonly type: string }) => {
      if (message.type === 'sign-in') sent.push({ terminalId, message: message as SignInRequest })
      return Promise.resolve(true)
    },
    cards: createCardStore(db),
    activate: (card: Card) => activateOnFirstUse({ db, clock }, card, { actor: card.holderId }),
    terminals: createTerminalStore(db),
    anchors: loadTrustAnchors(ca.authorities),
    policyOidArc: tinyPolicyArc,
    audit,
    clock,
    random: systemRandom,
    log: silentLog,
  }
  const enrolTerminal = async (mode: Terminal['mode']) => {
    const enrolled = createTestTerminal({ mode })
    const { id, publicKey } = enrolled.terminal
    await deps.terminals.insertInvited(enrolled.terminal, clock.now())
    await deps.terminals.activate(id, { publicKey, at: clock.now() })
    return enrolled
  }
  return {
    clock,
    ca,
    db,
    audit,
    deps,
    sent,
    terminal: await enrolTerminal('managed'),
    enrolTerminal,
    registerCard: (options = {}) => registerCard({ db, ca }, options),
    close: async () => {
      await deps.store.close()
      await deps.bus.close()
      await db.close()
      await database.drop()
    },
  }
}

export function createTestClock(): CardAuthFixture['clock'] {
  let nowMs = startOfTest.getTime()
  return {
    now: () => new Date(nowMs),
    advance: (seconds) => {
      nowMs += seconds * 1000
    },
  }
}

const yearMs = 365 * 86_400_000

async function registerCard(
  { db, ca }: Pick<CardAuthFixture, 'db' | 'ca'>,
  options: CardOptions,
): Promise<TestCard> {
  const { kind = 'civil-servant', slot = '9E', cardUuid = randomUUID() } = options
  const { keyAlgorithm = 'P-256' } = options
  const leaf = options.leaf ?? (await ca.issue({ kind, slot, cardUuid, keyAlgorithm }))
  const expiresAt = options.expiresAt ?? new Date(ca.at.getTime() + yearMs)
  const holderId = await insertHolder(db, kind, ca.at)
  await insertCard(db, {
    cardUuid,
    kind,
    holderId,
    expiresAt,
    state: 'requested',
    stateSince: ca.at,
  })
  await bringTo(db, cardUuid, { state: options.state ?? 'active', at: ca.at })
  const authorityId = ca.issuing[kind].id
  const { serialNumber, der } = leaf
  const subject = 'CN=Nguyễn Văn Mẫu'
  const validity = { notBefore: new Date(ca.at.getTime() - yearMs), notAfter: expiresAt }
  await createCertificateStore(db).insertCertificate(
    { authorityId, serialNumber, for: { cardUuid, slot }, subject, ...validity },
    der,
    ca.at,
  )
  return { cardUuid, holderId, slot, leaf, authorityId }
}

async function insertHolder(db: Database, kind: CardKind, at: Date): Promise<string> {
  const id = randomUUID()
  const digits = String(randomBytes(6).readUIntBE(0, 6) % 1_000_000_000).padStart(9, '0')
  const base = { id, state: 'active', email: null } as const
  const holders = createHolderStore(db)
  if (kind === 'enterprise') {
    const displayName = 'Công ty TNHH Ví Dụ'
    const taxCode = `00${digits.slice(1)}`
    await holders.insertOrganisation({ ...base, type: 'organisation', displayName, taxCode }, at)
  } else {
    const nationalNumber = `000${digits}`
    const displayName = 'Nguyễn Văn Mẫu'
    await holders.insertPerson({ ...base, type: 'person', displayName, nationalNumber }, at)
  }
  return id
}

async function insertCard(db: Database, card: Card): Promise<void> {
  await createCardStore(db).insert(card)
}

/** The shortest way through the state table: no test can have a card that the registry could not. */
async function bringTo(
  db: Database,
  cardUuid: string,
  { state, at }: { readonly state: CardState; readonly at: Date },
): Promise<void> {
  const cards = createCardStore(db)
  const path = pathTo(state)
  for (const [index, to] of path.entries()) {
    const from = path[index - 1] ?? 'requested'
    if (from !== to) await cards.changeState(cardUuid, { from, to, reason: null, at })
  }
}

function pathTo(state: CardState): CardState[] {
  const paths: CardState[][] = [['requested']]
  for (const path of paths) {
    const last = path.at(-1) ?? 'requested'
    if (last === state) return path
    // An end state is reached from `active`, as in life.
    for (const next of last === 'issued' ? (['active'] as const) : cardTransitions[last]) {
      if (last !== 'requested' || next === 'issued' || next === state) paths.push([...path, next])
    }
  }
  throw new Error(`no way to ${state}`)
}

export interface TokenOptions {
  readonly key: KeyObject
  readonly algorithm?: string
  readonly origin?: string
  readonly nonce: string
  /** DER; left out as for a card that the agent remembers. */
  readonly certificate?: Buffer
}

/** A Web eID token, signed in software as the card would. */
export function signToken(options: TokenOptions): Record<string, unknown> {
  const algorithm = options.algorithm ?? algorithmOf(options.key)
  const hash = `sha${algorithm.slice(-3)}`
  const digest = (text: string) => createHash(hash).update(text).digest()
  const signed = Buffer.concat([digest(options.origin ?? origin), digest(options.nonce)])
  const signature = sign(hash, signed, { key: options.key, dsaEncoding: 'ieee-p1363' })
  return {
    format: 'web-eid:1.0',
    ...(options.certificate && {
      unverifiedCertificate: options.certificate.toString('base64'),
    }),
    algorithm,
    signature: signature.toString('base64'),
    appVersion: 'https://ecard-sso.example/agent/0.1.0',
  }
}

function algorithmOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256'
}

/** One sign-in from the page's request to the verdict, with every part bendable. */
export interface SignInOptions {
  readonly terminal?: TestTerminal
  /** What the application asks for; by default what the card does. */
  readonly keySlot?: SignInSlot
  readonly cardKinds?: readonly CardKind[]
  /** Sends the certificate along, as for a card the agent does not know. Default true. */
  readonly withCertificate?: boolean
  readonly token?: (token: Record<string, unknown>, request: SignInRequest) => unknown
  /** Bends the claims of the co-signature; null leaves it out. */
  readonly witness?: ((claims: Record<string, unknown>) => Record<string, unknown>) | null
  /** Signs in the terminal's place. */
  readonly witnessKey?: KeyObject
  /** What the terminal says of the card. */
  readonly claimed?: { readonly cardUuid?: string; readonly keySlot?: SignInSlot }
  /** Happens after the card has answered and before the browser asks. */
  readonly before?: () => Promise<unknown>
  readonly attempt?: (attempt: CardAuthAttempt) => CardAuthAttempt
}

export async function signIn(
  fixture: CardAuthFixture,
  card: TestCard,
  options: SignInOptions = {},
): Promise<Authentication> {
  const attempt = await answerChallenge(fixture, card, options)
  await options.before?.()
  return finishCardAuth(fixture.deps, options.attempt?.(attempt) ?? attempt)
}

/** Starts a sign-in and has the card answer; what comes back is the browser's own request. */
export async function answerChallenge(
  fixture: CardAuthFixture,
  card: TestCard,
  options: SignInOptions = {},
): Promise<CardAuthAttempt> {
  const { deps, sent } = fixture
  const terminal = options.terminal ?? fixture.terminal
  const attempt = await startAttempt(fixture, {
    terminal,
    keySlot: options.keySlot ?? card.slot,
    cardKinds: options.cardKinds ?? ['civil-servant', 'citizen', 'enterprise'],
  })
  const request = sent.at(-1)?.message
  if (request === undefined) throw new Error('nobody to answer')
  const certificate = options.withCertificate === false ? {} : { certificate: card.leaf.der }
  const token = signToken({ key: card.leaf.privateKey, nonce: request.nonce, ...certificate })
  const cardUuid = options.claimed?.cardUuid ?? card.cardUuid
  const keySlot = options.claimed?.keySlot ?? card.slot
  const claims = { aud: origin, nonce: request.nonce, cardUuid, keySlot }
  const signer = { ...terminal, privateKey: options.witnessKey ?? terminal.privateKey }
  const bend = options.witness === undefined ? (same: typeof claims) => same : options.witness
  await receiveAuthToken(deps, {
    type: 'auth-token',
    challengeId: request.challengeId,
    cardUuid,
    keySlot,
    token: options.token === undefined ? token : options.token(token, request),
    ...(bend !== null && { terminalSignature: witness(signer, bend(claims)) }),
  })
  return attempt
}

/** The page has asked; no card has answered yet. */
export async function startAttempt(
  { deps }: Pick<CardAuthFixture, 'deps'>,
  asked: {
    readonly terminal: TestTerminal
    readonly keySlot: SignInSlot
    readonly cardKinds: readonly CardKind[]
  },
): Promise<CardAuthAttempt> {
  const interactionId = randomBytes(16).toString('base64url')
  const browserSecret = randomBytes(32).toString('base64url')
  const { challengeId } = await startCardAuth(deps, {
    interactionId,
    browserSecret,
    terminal: asked.terminal.terminal,
    keySlot: asked.keySlot,
    cardKinds: asked.cardKinds,
    application: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    office: null,
    language: 'vi',
  })
  return { challengeId, interactionId, browserSecret }
}
