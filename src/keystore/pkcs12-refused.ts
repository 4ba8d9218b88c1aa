import { Pkcs12Refused } from '../errors.ts'

const advice = {
  'too-large': 'the file is larger than any CA backup: give the PKCS#12 file itself',
  malformed: 'this is no PKCS#12 file, or it is damaged: take a fresh copy',
  'mac-missing':
    'the file is not protected against changes: export it again with a MAC ' +
    '(openssl pkcs12 -export makes one unless told -nomac)',
  'wrong-password': 'the password does not open the file, or the file was altered',
  'password-unusable': 'give the password as UTF-8 text, at least one character',
  'legacy-algorithm':
    'the file is protected by broken ciphers (3DES, RC2, SHA-1): export it again with AES-256 ' +
    'and SHA-256, or allow legacy algorithms for this one import',
  'algorithm-unsupported':
    'the file is protected in a way that we do not read: export it again with AES-256-CBC, ' +
    'PBKDF2 and a SHA-256 MAC, as OpenSSL 3 does by default',
  'too-many-iterations': 'the file asks for more key derivation than any honest file: export again',
  'no-key': 'the file holds no private key: export it together with the key',
  'several-keys': 'the file holds several private keys: export the one of the CA alone',
  'key-unsupported': 'the key is none of P-256, P-384, RSA-2048 and RSA-3072',
  'no-certificate': 'the file holds no certificate: export it together with the certificate',
  'key-of-another-certificate': "the private key is not the certificate's: give what belongs to it",
} as const

/** Why a PKCS#12 file was turned down, as `facts.problem` of `Pkcs12Refused` says it. */
export type Pkcs12Problem = keyof typeof advice

/** Nothing from the file goes into it: what a stranger wrote is not for the log. */
export function pkcs12Refused(problem: Pkcs12Problem): Pkcs12Refused {
  return new Pkcs12Refused(`PKCS#12: ${advice[problem]}`, { problem })
}
