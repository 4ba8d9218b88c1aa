import { createCipheriv, timingSafeEqual } from 'node:crypto'
import { checkAdministrator, checkContactSide, isContactless } from './access.ts'
import { managementAlgorithms, type ManagementAlgorithmId } from './card-state.ts'
import type { CommandApdu } from './command-apdu.ts'
import { build, takeApart, type Elements } from './card-tlv.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

const witness = 0x80
const challenge = 0x81
const response = 0x82
/** "Whatever the management key is": how OpenSC asks for random numbers. */
const anyAlgorithm = 0x00

/** GENERAL AUTHENTICATE with key 9B: mutual or external authentication (SP 800-73pt2-5 A.1, A.2). */
export function authenticateAdministrator(
  card: CardContext,
  { p1, template }: { p1: number; template: Buffer },
): Reply {
  const { algorithm } = card.state.managementKey
  if (p1 !== algorithm && p1 !== anyAlgorithm) throw new Refusal(status.wrongParameters)
  const kept = isContactless(card) && card.state.behaviour.contactlessPolicy === 'nist'
  if (kept) throw new Refusal(status.securityNotSatisfied)
  const elements = takeApart(template)
  const form = [...elements].map(([tag, value]) => (value.length === 0 ? `${tag}?` : tag)).join()
  const step = steps[form]
  if (step === undefined) throw new Refusal(status.badData)
  return step(card, elements)
}

/** By the tags in the template; `?` marks an empty one, which asks for that value. */
const steps: Readonly<Partial<Record<string, (card: CardContext, elements: Elements) => Reply>>> = {
  [`${witness}?`]: giveWitness,
  [`${witness},${challenge}`]: answerChallenge,
  // NIST's examples end with an empty response tag; most hosts leave it out.
  [`${witness},${challenge},${response}?`]: answerChallenge,
  [`${challenge}?`]: giveChallenge,
  [`${response}`]: checkResponse,
}

function giveWitness(card: CardContext): Reply {
  const value = card.randomBytes(blockBytes(card))
  card.session.managementChallenge = { kind: 'witness', value }
  return done(build('7c', build('80', encrypt(card, value))))
}

function answerChallenge(card: CardContext, elements: Elements): Reply {
  const hostChallenge = elements.get(challenge) ?? Buffer.alloc(0)
  if (hostChallenge.length !== blockBytes(card)) throw new Refusal(status.badData)
  const expected = takeChallenge(card, 'witness')
  admit(card, { presented: elements.get(witness), expected })
  return done(build('7c', build('82', encrypt(card, hostChallenge))))
}

function giveChallenge(card: CardContext): Reply {
  const value = card.randomBytes(blockBytes(card))
  card.session.managementChallenge = { kind: 'challenge', value }
  return done(build('7c', build('81', value)))
}

function checkResponse(card: CardContext, elements: Elements): Reply {
  const expected = encrypt(card, takeChallenge(card, 'challenge'))
  admit(card, { presented: elements.get(response), expected })
  return done()
}

/** Good for one answer, right or wrong. */
function takeChallenge(card: CardContext, kind: 'witness' | 'challenge'): Buffer {
  const { managementChallenge } = card.session
  card.session.managementChallenge = null
  if (managementChallenge?.kind !== kind) throw new Refusal(status.conditionsNotSatisfied)
  return managementChallenge.value
}

function admit(
  card: CardContext,
  { presented, expected }: { presented: Buffer | undefined; expected: Buffer },
): void {
  if (presented?.length !== expected.length) throw new Refusal(status.badData)
  card.session.administrator = timingSafeEqual(presented, expected)
  if (card.session.administrator) return
  throw new Refusal(Number.parseInt(card.state.behaviour.wrongManagementKey, 16))
}

function blockBytes(card: CardContext): number {
  return managementAlgorithms[card.state.managementKey.algorithm].blockBytes
}

function encrypt(card: CardContext, block: Buffer): Buffer {
  const { algorithm, value } = card.state.managementKey
  const key = Buffer.from(value, 'hex')
  const cipher = createCipheriv(managementAlgorithms[algorithm].cipher, key, null)
  return cipher.setAutoPadding(false).update(block)
}

/** SET MANAGEMENT KEY (Yubico): algorithm, 9B, length, key. The touch variants are taken as asked. */
export function setManagementKey(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  checkContactSide(card)
  if (p1 !== 0xff || p2 < 0xfd) throw new Refusal(status.wrongParameters)
  checkAdministrator(card)
  const [algorithm = 0, reference, length] = data
  const key = data.subarray(3)
  if (!isManagementAlgorithm(algorithm)) throw new Refusal(status.badData)
  const { keyBytes } = managementAlgorithms[algorithm]
  const wellFormed = reference === 0x9b && length === keyBytes && key.length === keyBytes
  if (!wellFormed) throw new Refusal(status.badData)
  card.state.managementKey = { algorithm, value: key.toString('hex') }
  card.save()
  return done()
}

function isManagementAlgorithm(id: number): id is ManagementAlgorithmId {
  return id in managementAlgorithms
}
