/**
 * One sign-in on one presented card, in order. It speaks to the card alone: who waits for cards,
 * who asks for the PIN and where the answer goes is not decided here.
 */
import { authTokenDigest, keyAlgorithmOf } from './auth-token.ts'
import type { CardChannel } from './card-port.ts'
import type { KnownCards } from './known-cards.ts'
import {
  pinTriesLeft,
  readCertificate,
  readGuid,
  selectPiv,
  sign,
  verifyPin,
} from './piv-commands.ts'
import type { KeyAlgorithm } from './piv-keys.ts'
import type { PinRequest } from './pin-prompt/pin-prompt.ts'
import type { Progress } from './progress.ts'
import type { SignInSlot } from './protocol.ts'
import { CardError, type CardErrorReason } from './status-word.ts'

export interface CardQuestion {
  readonly keySlot: SignInSlot
  /** The pinned issuer. Never an origin that a message named. */
  readonly origin: string
  readonly nonce: string
}

/** What the prompt has to say about this attempt. */
export type AskedFor = Pick<PinRequest, 'triesLeft' | 'problem'>

export interface CardSessionDeps {
  readonly knownCards: KnownCards
  readonly askPin: (asked: AskedFor) => Promise<Buffer | null>
  readonly report: (progress: Progress) => void
}

export interface CardAnswer {
  /** From the CHUID, which anyone can copy: a hint for the look-up. */
  readonly cardUuid: string
  readonly algorithm: KeyAlgorithm
  readonly signature: Buffer
  /** DER; null for a card that this terminal remembers. */
  readonly certificate: Buffer | null
}

/** The holder closed the PIN prompt. */
export class SignInCancelled extends Error {}

interface CardKey {
  readonly algorithm: KeyAlgorithm
  readonly certificate: Buffer | null
}

/**
 * SELECT, GUID, certificate unless the card is known, PIN for 9A, signature: three exchanges for
 * the tap of a known card.
 *
 * The signature is not checked here: the service does that, under the certificate it holds.
 *
 * @throws CardError; SignInCancelled
 */
export async function signWithCard(
  card: CardChannel,
  question: CardQuestion,
  deps: CardSessionDeps,
): Promise<CardAnswer> {
  deps.report({ step: 'reading' })
  await selectPiv(card)
  const cardUuid = await readGuid(card)
  // Before VERIFY: on some cards a read between VERIFY and the signature uses the PIN up.
  const key = rememberedKey(deps, cardUuid, question) ?? (await readKey(card, question))
  if (question.keySlot === '9A') await verifyHolder(card, deps)
  deps.report({ step: 'signing' })
  const signed = await signOrReadAgain(card, { cardUuid, key, question }, deps)
  deps.knownCards.remember(cardUuid, question.keySlot, { algorithm: signed.algorithm })
  return { cardUuid, ...signed }
}

function rememberedKey(
  { knownCards }: CardSessionDeps,
  cardUuid: string,
  { keySlot }: CardQuestion,
): CardKey | null {
  const algorithm = knownCards.algorithmOf(cardUuid, keySlot)
  return algorithm === null ? null : { algorithm, certificate: null }
}

async function readKey(card: CardChannel, { keySlot }: CardQuestion): Promise<CardKey> {
  const certificate = await readCertificate(card, keySlot)
  return { algorithm: keyAlgorithmOf(certificate), certificate }
}

interface SigningJob {
  readonly cardUuid: string
  readonly key: CardKey
  readonly question: CardQuestion
}

/** A remembered card may have been given another key since: then it is read once, and signs. */
async function signOrReadAgain(
  card: CardChannel,
  { cardUuid, key, question }: SigningJob,
  { knownCards }: CardSessionDeps,
): Promise<CardKey & { signature: Buffer }> {
  try {
    return { ...key, signature: await signQuestion(card, key, question) }
  } catch (error) {
    const isStale = key.certificate === null && hasReason(error, ['no-key', 'bad-data'])
    if (!isStale) throw error
    knownCards.forget(cardUuid, question.keySlot)
    const readKeyAgain = await readKey(card, question)
    return { ...readKeyAgain, signature: await signQuestion(card, readKeyAgain, question) }
  }
}

function signQuestion(
  card: CardChannel,
  { algorithm }: CardKey,
  question: CardQuestion,
): Promise<Buffer> {
  const slot = question.keySlot
  const digest = authTokenDigest(algorithm, question)
  return sign(card, { slot, algorithm, digest, pinVerified: slot === '9A' })
}

/** Asks for the PIN until it is right, the holder cancels, or the card blocks. */
async function verifyHolder(card: CardChannel, deps: CardSessionDeps): Promise<void> {
  let asked: AskedFor = {
    triesLeft: await triesLeftOf(card),
    problem: null,
  }
  deps.report({ step: 'pin-needed', ...triesFact(asked.triesLeft) })
  for (;;) {
    if (asked.triesLeft === 0) throw new CardError('pin-blocked', { triesLeft: 0 })
    const refusal = await tryPin(card, asked, deps)
    if (refusal === null) return
    asked = refusal
    if (asked.problem === 'wrong-pin') {
      deps.report({ step: 'wrong-pin', ...triesFact(asked.triesLeft) })
    }
  }
}

/** Null when the PIN was right, else what the next prompt has to say. */
async function tryPin(
  card: CardChannel,
  asked: AskedFor,
  { askPin }: CardSessionDeps,
): Promise<AskedFor | null> {
  const pin = await askPin(asked)
  if (pin === null) throw new SignInCancelled()
  try {
    await verifyPin(card, pin)
    return null
  } catch (error) {
    if (hasReason(error, ['pin-malformed'])) {
      return { triesLeft: asked.triesLeft, problem: 'not-6-to-8-digits' }
    }
    if (!(error instanceof CardError) || error.reason !== 'wrong-pin') throw error
    return { triesLeft: error.triesLeft, problem: 'wrong-pin' }
  } finally {
    pin.fill(0)
  }
}

/** Null for a card that does not tell; the VERIFY that follows will. */
async function triesLeftOf(card: CardChannel): Promise<number | null> {
  try {
    return await pinTriesLeft(card)
  } catch (error) {
    if (hasReason(error, ['not-supported', 'protocol'])) return null
    throw error
  }
}

function triesFact(triesLeft: number | null): { triesLeft?: number } {
  return triesLeft === null ? {} : { triesLeft }
}

function hasReason(error: unknown, reasons: readonly CardErrorReason[]): boolean {
  return error instanceof CardError && reasons.includes(error.reason)
}
