import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { cardKinds, keySlots, type CardKind } from '../holders/card-kind.ts'
import type { Profiles } from '../pki/profiles.ts'
import { ProfileInvalid, profilesDirectory } from '../pki/profiles.ts'
import { pinPolicies } from './desk-card.ts'

const slot = z.strictObject({
  slot: z.enum(keySlots),
  algorithm: z.enum(['P-256', 'P-384', 'RSA-2048']),
  /** When the key wants the PIN: never, once for as long as the card is there, before each use. */
  pinPolicy: z.enum(pinPolicies),
})
export type SlotProfile = Readonly<z.infer<typeof slot>>

/** null leaves the card's own number as it is. */
const tries = z.int().min(3).max(10).nullable()

const cardKindProfile = z.strictObject({
  name: z.string(),
  /** For the reader of the file. */
  purpose: z.string(),
  kind: z.enum(cardKinds),
  /** The card's own end; its certificates never outlive it. */
  validityDays: z.int().positive(),
  /** In the order in which they are filled. */
  slots: z.array(slot).min(2),
  pin: z.strictObject({
    minDigits: z.int().min(6).max(8),
    /** Refuses runs and repetitions such as 123456 and 111111. */
    refuseSimple: z.boolean(),
    tries,
  }),
  puk: z.strictObject({ tries }),
  /**
   * Whether the chip must say that it made the keys. `if-configured`: where a root is configured,
   * a chip that attests is checked and one that does not is let pass.
   */
  attestation: z.enum(['off', 'if-configured', 'required']),
})
/** What a card of one kind is like: kinds differ by these files and not by code. */
export type CardKindProfile = Readonly<z.infer<typeof cardKindProfile>>

export type CardKindProfiles = Readonly<Record<CardKind, CardKindProfile>>

/**
 * Reads `card-<kind>.json` for every kind.
 *
 * @throws ProfileInvalid for one that is missing, malformed, or names a slot that the certificate
 *   profiles do not certify
 */
export async function readCardKindProfiles(
  certificates: Pick<Profiles, 'card'>,
  directory: string = profilesDirectory,
): Promise<CardKindProfiles> {
  const read = await Promise.all(
    cardKinds.map(async (kind) => [kind, await readOne(kind, directory)] as const),
  )
  for (const [kind, { slots }] of read) {
    for (const { slot, algorithm } of slots) {
      const certified = certificates.card(kind, slot)?.keyAlgorithms.includes(algorithm) === true
      if (!certified) throw invalid(kind, `has ${slot} with ${algorithm}, which nothing certifies`)
    }
  }
  return Object.fromEntries(read) as CardKindProfiles
}

async function readOne(kind: CardKind, directory: string): Promise<CardKindProfile> {
  const result = cardKindProfile.safeParse(await readJson(join(directory, fileOf(kind)), kind))
  if (!result.success) throw invalid(kind, z.prettifyError(result.error))
  const { data } = result
  const fault = faultOf(data, kind)
  if (fault !== null) throw invalid(kind, fault)
  return data
}

function faultOf({ name, kind, slots, pin, puk }: CardKindProfile, of: CardKind): string | null {
  if (kind !== of || fileOf(kind) !== `${name}.json`) return 'is called or is for something else'
  const names = slots.map(({ slot }) => slot)
  if (new Set(names).size < names.length) return 'has a slot twice'
  if (!names.includes('9A') || !names.includes('9E')) return 'must have 9A and 9E to sign in'
  const free = slots.filter(({ pinPolicy }) => pinPolicy === 'never').map(({ slot }) => slot)
  if (free.join() !== '9E') return 'must ask for the PIN in every slot but 9E, and not there'
  if ((pin.tries === null) !== (puk.tries === null)) return 'must set the tries of PIN and PUK both'
  return null
}

async function readJson(path: string, kind: CardKind): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (cause) {
    throw invalid(kind, 'cannot be read', cause)
  }
}

function fileOf(kind: CardKind): string {
  return `card-${kind}.json`
}

function invalid(kind: CardKind, message: string, cause?: unknown): ProfileInvalid {
  return new ProfileInvalid(`profile ${fileOf(kind)}: ${message}`, { file: fileOf(kind) }, cause)
}
