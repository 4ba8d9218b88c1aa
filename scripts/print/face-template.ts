import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { CardKind } from '../../src/holders/card-kind.ts'
import { cardKinds } from '../../src/holders/card-kind.ts'
import { ProfileInvalid, profilesDirectory } from '../../src/pki/profiles.ts'

/** ISO/IEC 7810, ID-1 (which card printers call CR80). */
export const cr80 = { widthMm: 85.6, heightMm: 53.98 } as const

export const faceFields = [
  'operator',
  'kind',
  'kindEnglish',
  'name',
  'office',
  'position',
  'taxCode',
  'number',
  'validUntil',
  'back',
  'found',
] as const
/** What a template may print. Nothing that is secret, and no national number, is among it. */
export type FaceField = (typeof faceFields)[number]

const colourNames = ['ground', 'pattern', 'ink', 'muted', 'accent', 'onAccent', 'line'] as const
const colour = z.enum(colourNames)

const place = {
  xMm: z.number().min(0).max(cr80.widthMm),
  yMm: z.number().min(0).max(cr80.heightMm),
  widthMm: z.number().positive().max(cr80.widthMm),
  heightMm: z.number().positive().max(cr80.heightMm),
}

const element = z.discriminatedUnion('draw', [
  z.strictObject({ draw: z.literal('area'), ...place, colour }),
  /** Fine waves, as on printed money. */
  z.strictObject({ draw: z.literal('waves'), ...place, colour, lines: z.int().min(2).max(60) }),
  z.strictObject({ draw: z.literal('photo'), ...place }),
  /** The card's number; square, `widthMm` each way. */
  z.strictObject({ draw: z.literal('qr'), xMm: place.xMm, yMm: place.yMm, widthMm: place.widthMm }),
  z.strictObject({
    draw: z.literal('text'),
    field: z.enum(faceFields),
    xMm: place.xMm,
    widthMm: place.widthMm,
    /** From the top edge; without it, `afterMm` below the end of the text before. */
    yMm: place.yMm.optional(),
    afterMm: z.number().min(0).default(0),
    weight: z.enum(['regular', 'medium', 'bold']),
    /** In points; shrinks down to `minSize` where the text is long. */
    size: z.number().min(4).max(40),
    minSize: z.number().min(3.5).max(40),
    lines: z.int().min(1).max(6),
    colour,
    align: z.enum(['left', 'center', 'right']).default('left'),
    /** Upper case keeps the marks of Vietnamese. */
    capitals: z.boolean().default(false),
    /** Prints the field's label before the value. */
    labelled: z.boolean().default(false),
  }),
])
export type FaceElement = Readonly<z.infer<typeof element>>
export type FaceText = Extract<FaceElement, { draw: 'text' }>

const hex = z.string().regex(/^#[0-9a-f]{6}$/)

const faceTemplate = z.strictObject({
  name: z.string(),
  /** For the reader of the file. */
  purpose: z.string(),
  kind: z.enum(cardKinds),
  colours: z.strictObject({
    ...{ ground: hex, pattern: hex, ink: hex, muted: hex, accent: hex, onAccent: hex, line: hex },
  }),
  /** Drawn in this order. */
  front: z.array(element).min(1),
  /** Empty for a card that is printed on one side. */
  back: z.array(element),
})
export type FaceTemplate = Readonly<z.infer<typeof faceTemplate>>

/** Reads `face-<kind>.json`. @throws ProfileInvalid for one that is missing or malformed */
export async function readFaceTemplate(
  kind: CardKind,
  directory: string = profilesDirectory,
): Promise<FaceTemplate> {
  const file = `face-${kind}.json`
  let content: unknown
  try {
    content = JSON.parse(await readFile(join(directory, file), 'utf8'))
  } catch (cause) {
    throw new ProfileInvalid(`card face ${file} is not readable JSON`, { file }, cause)
  }
  const result = faceTemplate.safeParse(content)
  if (!result.success)
    throw new ProfileInvalid(`card face ${file}: ${z.prettifyError(result.error)}`, { file })
  if (result.data.kind !== kind || `${result.data.name}.json` !== file)
    throw new ProfileInvalid(`card face ${file} is called or is for something else`, { file })
  return result.data
}
