/**
 * Cards by the hundred. This folder owns the signed batch file, the four eyes over it and the
 * queue at the desks; the making of one card is `cards`' own. It never sees a PIN.
 */
import { z } from 'zod'
import { cardKinds } from '../holders/card-kind.ts'

export const pinModes = ['ask', 'slip'] as const
/** The holder chooses the PIN at the desk, or a random one is printed on a sealed slip. */
export type PinMode = (typeof pinModes)[number]

export const batchLimits = { requests: 5000, fileBytes: 8 * 1024 * 1024, signatures: 8 } as const

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const cardRequest = z.strictObject({
  id: z.uuid(),
  holderId: z.uuid(),
  kind: z.enum(cardKinds),
  pin: z.enum(pinModes),
  /** The card that the new one stands in for. */
  replaces: z.uuid().nullable(),
  /** The face is signed for too: a name in a folder, and what has to be in that file. */
  photo: z.strictObject({ file: z.string().min(1).max(255), sha256 }).nullable(),
})
export type CardRequest = Readonly<z.infer<typeof cardRequest>>

export const batchContent = z.strictObject({
  format: z.literal('ecard-batch/1'),
  id: z.uuid(),
  created: z.iso.datetime(),
  /** Who made the file, as far as the command knew: proven is only who signed. */
  createdBy: z.string().min(1).max(255),
  requests: z.array(cardRequest).min(1).max(batchLimits.requests),
})
/** What is signed. */
export type BatchContent = Readonly<z.infer<typeof batchContent>>

/** In which part a person signs: who answers for the rows, and the second pair of eyes. */
export const signatureParts = ['prepare', 'approve'] as const
export type SignaturePart = (typeof signatureParts)[number]
