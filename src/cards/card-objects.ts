/** The public data objects that issuing writes (SP 800-73-5 part 1 §3), their content encoded. */

/** Agency 9999, system 9999, credential 999999: the FASC-N of every card that is not federal. */
const nonFederalFascN = Buffer.from('d4e739da739ced39ce739d836858210842108421c84210c3eb', 'hex')

const tags = { fascN: 0x30, guid: 0x34, expiry: 0x35, signature: 0x3e, end: 0xfe } as const

export interface ChuidFacts {
  readonly cardUuid: string
  readonly expiresAt: Date
}

/** What the issuer signs: every element of the CHUID but the signature, in order. */
export function chuidToSign({ cardUuid, expiresAt }: ChuidFacts): Buffer {
  const expiry = expiresAt.toISOString().slice(0, 10).replaceAll('-', '')
  return Buffer.concat([
    element(tags.fascN, nonFederalFascN),
    element(tags.guid, uuidBytes(cardUuid)),
    element(tags.expiry, Buffer.from(expiry)),
    element(tags.end, Buffer.of()),
  ])
}

/** The whole CHUID: the signature stands before the last element. */
export function chuidWith(toSign: Buffer, signature: Buffer): Buffer {
  const end = element(tags.end, Buffer.of())
  const begin = toSign.subarray(0, -end.length)
  return Buffer.concat([begin, element(tags.signature, signature), end])
}

/** null: it is no CHUID with a signature. */
export function takeChuidApart(chuid: Buffer): { toSign: Buffer; signature: Buffer } | null {
  const kept: Buffer[] = []
  let signature: Buffer | null = null
  for (let offset = 0; offset < chuid.length;) {
    const found = readElement(chuid, offset)
    if (found === null) return null
    if (found.tag === tags.signature) signature = found.value
    else kept.push(chuid.subarray(offset, found.end))
    offset = found.end
  }
  return signature === null ? null : { toSign: Buffer.concat(kept), signature }
}

/** Card Capability Container: only the data model (F5) still means something. */
export function cardCapabilities(cardUuid: string): Buffer {
  const registered = Buffer.from('a000000116ff02', 'hex')
  // 14 octets that are the card's own: what follows from its UUID can be written a second time.
  const own = uuidBytes(cardUuid).subarray(2)
  return Buffer.concat([
    element(0xf0, Buffer.concat([registered, own])),
    element(0xf1, Buffer.of(0x21)),
    element(0xf2, Buffer.of(0x21)),
    element(0xf3, Buffer.of()),
    element(0xf4, Buffer.of(0x00)),
    element(0xf5, Buffer.of(0x10)),
    ...[0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe].map((tag) => element(tag, Buffer.of())),
  ])
}

/** The PIV application with a PIN of its own and no global one (§3.3.2). */
export const discovery = Buffer.from('4f0ba0000003080000100001005f2f024000', 'hex')

function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  if (bytes.length !== 16) throw new RangeError('a card is named by a UUID')
  return bytes
}

function element(tag: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag, ...lengthOctets(value.length)), value])
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff]
}

function readElement(
  bytes: Buffer,
  offset: number,
): { tag: number; value: Buffer; end: number } | null {
  const [tag = 0, first = 0xff] = bytes.subarray(offset, offset + 2)
  const more = { 0x81: 1, 0x82: 2 }[first] ?? 0
  if (first >= 0x80 && more === 0) return null
  const start = offset + 2 + more
  if (start > bytes.length) return null
  const length = more === 0 ? first : bytes.readUIntBE(offset + 2, more)
  const end = start + length
  return end > bytes.length ? null : { tag, value: bytes.subarray(start, end), end }
}
