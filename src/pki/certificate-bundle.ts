import { derTags } from './der.ts'
import { writeSequence, writeUnsignedInteger, writeValue } from './der-writer.ts'

/**
 * Certificates as one file, signed by nobody: a "certs-only" SignedData (RFC 5652 §5.1), which is
 * what `.p7c` stands for (RFC 5280 §4.2.2.1).
 */
export function certificateBundle(certificateDers: readonly Buffer[]): Buffer {
  const signedData = writeSequence(
    writeUnsignedInteger(Buffer.of(1)),
    none,
    writeSequence(writeValue(derTags.objectIdentifier, pkcs7.data)),
    writeValue(explicit0, ...setOf(certificateDers)),
    none,
  )
  const type = writeValue(derTags.objectIdentifier, pkcs7.signedData)
  return writeSequence(type, writeValue(explicit0, signedData))
}

/** 1.2.840.113549.1.7 .1 and .2. */
const pkcs7 = {
  data: Buffer.from('2a864886f70d010701', 'hex'),
  signedData: Buffer.from('2a864886f70d010702', 'hex'),
} as const
const explicit0 = 0xa0
/** No digest algorithms, no signers. */
const none = writeValue(0x31)

/** DER puts the members of a SET in the order of their octets (X.690 §11.6). */
function setOf(members: readonly Buffer[]): Buffer[] {
  return [...members].sort((a, b) => Buffer.compare(a, b))
}
