import { checkMayUseKey } from './access.ts'
import type { KeyAlgorithmId, StoredKey } from './card-state.ts'
import type { CommandApdu } from './command-apdu.ts'
import { build, takeApart, unwrap, type Elements } from './card-tlv.ts'
import { agree, curveOf, generatePrivateKey, signRaw } from './key-pair.ts'
import { authenticateAdministrator } from './management-key.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

const managementKey = 0x9b
const challenge = 0x81
const response = 0x82
const peerPoint = 0x85

/** GENERAL AUTHENTICATE (SP 800-73pt2-5 §3.2.4), checks in the order of the reference page. */
export function generalAuthenticate(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  if (p2 === managementKey) {
    return authenticateAdministrator(card, { p1, template: unwrap(data, 0x7c) })
  }
  const reference = p2.toString(16).padStart(2, '0')
  const key = card.state.keys[reference]
  if (key?.algorithm !== p1) throw new Refusal(status.wrongParameters)
  checkMayUseKey(card, reference, key)
  const elements = takeApart(unwrap(data, 0x7c))
  return done(build('7c', build('82', answerWith(card, { reference, key, elements }))))
}

interface KeyUse {
  readonly reference: string
  readonly key: StoredKey
  readonly elements: Elements
}

/** The template asks for the response by an empty `82` beside one input. */
function answerWith(card: CardContext, use: KeyUse): Buffer {
  const { elements } = use
  const asksForResponse = elements.get(response)?.length === 0
  if (!asksForResponse || elements.size !== 2) throw new Refusal(status.badData)
  const point = elements.get(peerPoint)
  if (point !== undefined) return shareSecret(use, point)
  const input = elements.get(challenge)
  if (input === undefined || input.length === 0) throw new Refusal(status.badData)
  return operate(card, use, input)
}

/** Agreement is for key management and its retired keys only. */
function shareSecret({ reference, key }: KeyUse, point: Buffer): Buffer {
  const curve = curveOf(key.algorithm)
  if (curve === null || !isKeyManagement(reference)) throw new Refusal(status.badData)
  return agree(curve, key.privateKey, point)
}

function operate(card: CardContext, { reference, key }: KeyUse, input: Buffer): Buffer {
  // An RSA key management key decrypts, which is the same operation; an elliptic one cannot.
  const cannot = isKeyManagement(reference) && curveOf(key.algorithm) !== null
  if (cannot) throw new Refusal(status.badData)
  const result = signRaw(key.algorithm, key.privateKey, input)
  return card.faults.wrongSignature ? signByAnother(key.algorithm, input) : result
}

/** RSA moduli differ, so an input may be too large for the other one: its padding never is. */
function signByAnother(algorithm: KeyAlgorithmId, input: Buffer): Buffer {
  return signRaw(algorithm, generatePrivateKey(algorithm), input)
}

function isKeyManagement(reference: string): boolean {
  const number = Number.parseInt(reference, 16)
  return number === 0x9d || (number >= 0x82 && number <= 0x95)
}
