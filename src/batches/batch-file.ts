import { createHash } from 'node:crypto'
import { z } from 'zod'
import { batchContent, batchLimits, signatureParts, type BatchContent } from './batch.ts'
import { BatchRefused } from './batch-refused.ts'

const base64url = z.base64url().min(1)

const fileShape = z.strictObject({
  payload: base64url,
  signatures: z
    .array(z.strictObject({ protected: base64url, signature: base64url }))
    .max(batchLimits.signatures),
})

export const signatureAlgorithms = ['ES256', 'ES384', 'RS256'] as const
/** RFC 7518 §3.1: what cards sign with. */
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** RFC 7515 §4.1; nothing else, so that no critical parameter is overlooked. */
const protectedHeader = z.strictObject({
  alg: z.enum(signatureAlgorithms),
  typ: z.literal('ecard-batch+json'),
  /** The signer's certificate, DER in base64 (RFC 7515 §4.1.6). */
  x5c: z.tuple([z.base64()]),
  part: z.enum(signatureParts),
  /** Seconds since 1970, as the desk's clock said. */
  iat: z.int().nonnegative(),
})
export type SignatureHeader = Readonly<z.infer<typeof protectedHeader>>

/** One signature as the file has it: read, and nothing of it proven. */
export interface UnverifiedSignature {
  readonly header: SignatureHeader
  /** ASCII of `protected.payload` (RFC 7515 §5.1 step 5). */
  readonly signedBytes: Buffer
  readonly signature: Buffer
}

/** A batch file as it was read; see `verifyBatch`. */
export interface UnverifiedBatch {
  readonly content: BatchContent
  /** SHA-256 of the payload. */
  readonly payloadSha256: Buffer
  readonly signatures: readonly UnverifiedSignature[]
  /** The file's own text. */
  readonly text: string
}

/** A file that nobody has signed yet (RFC 7515 §7.2.1, but for the empty list of signatures). */
export function draftBatchFile(content: BatchContent): string {
  return toText({ payload: encode(JSON.stringify(content)), signatures: [] })
}

/** What a card has to sign for `header` to stand in the file. */
export function signingInput(text: string, header: SignatureHeader): Buffer {
  return Buffer.from(`${encode(JSON.stringify(header))}.${shapeOf(text).payload}`)
}

/** The file with one more signature; `header` is the one of `signingInput`. */
export function withSignature(text: string, header: SignatureHeader, signature: Buffer): string {
  const { payload, signatures } = shapeOf(text)
  const added = {
    protected: encode(JSON.stringify(header)),
    signature: signature.toString('base64url'),
  }
  return toText({ payload, signatures: [...signatures, added] })
}

/**
 * Reads a batch file. Every part of it is ours to know; what is more than that is refused.
 *
 * @throws BatchRefused `malformed`, `file-too-large`
 */
export function readBatchFile(text: string): UnverifiedBatch {
  const { payload, signatures } = shapeOf(text)
  const bytes = Buffer.from(payload, 'base64url')
  const content = parse(batchContent, bytes.toString('utf8'), 'payload')
  if (new Set(content.requests.map(({ id }) => id)).size < content.requests.length)
    throw new BatchRefused('malformed', { part: 'payload' })
  return {
    ...{ content, text, payloadSha256: createHash('sha256').update(bytes).digest() },
    signatures: signatures.map((signature, at) => {
      const header = Buffer.from(signature.protected, 'base64url').toString('utf8')
      return {
        header: parse(protectedHeader, header, `signatures[${at}]`),
        signedBytes: Buffer.from(`${signature.protected}.${payload}`),
        signature: Buffer.from(signature.signature, 'base64url'),
      }
    }),
  }
}

function shapeOf(text: string): z.infer<typeof fileShape> {
  if (Buffer.byteLength(text) > batchLimits.fileBytes)
    throw new BatchRefused('file-too-large', { limit: batchLimits.fileBytes })
  return parse(fileShape, text, 'file')
}

function parse<T>(shape: z.ZodType<T>, text: string, part: string): T {
  try {
    return shape.parse(JSON.parse(text))
  } catch (cause) {
    throw new BatchRefused('malformed', { part }, { cause })
  }
}

function toText(file: z.infer<typeof fileShape>): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}
