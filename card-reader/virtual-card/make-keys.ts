import { checkAdministrator, checkContactSide } from './access.ts'
import { inverse, toNumber } from './arithmetic.ts'
import { keyAlgorithms, policies, type KeyAlgorithmId, type StoredKey } from './card-state.ts'
import type { CommandApdu } from './command-apdu.ts'
import { build, takeApart, unwrap, type Elements } from './card-tlv.ts'
import {
  curveOf,
  ecPrivateKey,
  generatePrivateKey,
  publicKeyElements,
  rsaPrivateKey,
} from './key-pair.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

const pinPolicyTag = 0xaa
const touchPolicyTag = 0xab
/** Yubico: the chip's own key, which vouches for others. */
const attestationSlot = 0xf9
const halfModulusBytes = 128
const usualExponent = 65537n

/** GENERATE ASYMMETRIC KEY PAIR (SP 800-73pt2-5 §3.3.2), with Yubico's policies AA and AB. */
export function generateKeyPair(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  checkContactSide(card)
  if (p1 !== 0x00 || !isGeneratingSlot(p2)) throw new Refusal(status.wrongParameters)
  checkAdministrator(card)
  const elements = takeApart(unwrap(data, 0xac))
  const algorithm = readAlgorithm(elements.get(0x80))
  const privateKey = generatePrivateKey(algorithm)
  putKey(card, p2, { algorithm, origin: 'generated', privateKey, ...readPolicies(p2, elements) })
  return done(build('7f49', publicKeyElements(privateKey)))
}

/** IMPORT ASYMMETRIC KEY (Yubico): `06` an elliptic scalar, `01` … `05` the parts of an RSA key. */
export function importKey(card: CardContext, { p1, p2, data }: CommandApdu): Reply {
  checkContactSide(card)
  const isKnown = isGeneratingSlot(p2) || isRetiredSlot(p2) || p2 === attestationSlot
  if (!isKnown) throw new Refusal(status.wrongParameters)
  checkAdministrator(card)
  const elements = takeApart(data)
  const algorithm = readAlgorithm(Buffer.of(p1))
  const curve = curveOf(algorithm)
  const privateKey =
    curve === null
      ? readRsaParts(elements)
      : ecPrivateKey(curve, elements.get(0x06) ?? Buffer.alloc(0))
  putKey(card, p2, { algorithm, origin: 'imported', privateKey, ...readPolicies(p2, elements) })
  return done()
}

/** Overwrites the slot at once; a certificate object that is there stays, and no longer fits. */
function putKey(card: CardContext, slot: number, key: StoredKey): void {
  card.state.keys = { ...card.state.keys, [slot.toString(16)]: key }
  card.save()
}

function isGeneratingSlot(slot: number): boolean {
  return slot === 0x9a || (slot >= 0x9c && slot <= 0x9e)
}

function isRetiredSlot(slot: number): boolean {
  return slot >= 0x82 && slot <= 0x95
}

function readAlgorithm(value: Buffer | undefined): KeyAlgorithmId {
  const id = value?.length === 1 ? value[0] : undefined
  const known = Object.values(keyAlgorithms).find((algorithm) => algorithm === id)
  if (known === undefined) throw new Refusal(status.badData)
  return known
}

/** Absent or 0 is the slot's default: 9C always, 9E never, the others once. */
function readPolicies(slot: number, elements: Elements) {
  const defaults: Readonly<Partial<Record<number, number>>> = {
    0x9c: policies.always,
    0x9e: policies.never,
  }
  const pinDefault = defaults[slot] ?? policies.once
  return {
    pinPolicy: readPolicy(elements.get(pinPolicyTag), pinDefault),
    touchPolicy: readPolicy(elements.get(touchPolicyTag), policies.never),
  }
}

function readPolicy(value: Buffer | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const [policy = 0] = value
  if (value.length !== 1 || policy > policies.always) throw new Refusal(status.badData)
  return policy === 0 ? otherwise : policy
}

function readRsaParts(elements: Elements): string {
  const part = (tag: number) => elements.get(tag) ?? Buffer.alloc(0)
  const parts = { p: part(1), q: part(2), dp: part(3), dq: part(4), qi: part(5) }
  const whole = Object.values(parts).every((value) => value.length === halfModulusBytes)
  if (!whole) throw new Refusal(status.badData)
  const [p, q] = [toNumber(parts.p), toNumber(parts.q)]
  const privateExponent = inverse(usualExponent, (p - 1n) * (q - 1n))
  if (privateExponent === null) throw new Refusal(status.badData)
  // Parts that do not belong together make a key that OpenSSL refuses or that signs wrongly.
  const belong = privateExponent % (p - 1n) === toNumber(parts.dp)
  if (!belong) throw new Refusal(status.badData)
  return rsaPrivateKey({ modulus: p * q, privateExponent, parts })
}
