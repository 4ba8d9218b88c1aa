import { z } from 'zod'

const yubikeyNfcAtr = '3b8d80018073c021c057597562694b6579f9'
const yubikeyContactAtr = '3bfd1300008131fe158073c021c057597562694b657940'

/**
 * How this card behaves where real cards differ. Every switch reproduces one of them; the defaults
 * are those of a YubiKey 5 with firmware 5.4.3 on an NFC reader.
 */
export const behaviourSchema = z
  .strictObject({
    /** Which side the host reaches the card by; access rules and the ATR depend on it. */
    interface: z.enum(['contactless', 'contact']).default('contactless'),
    /**
     * What a contactless host may do. `open`: everything. `strict`: 9A, 9C and 9D and their
     * certificates are refused (PivApplet built with S). `nist`: the public objects and 9E only.
     */
    contactlessPolicy: z.enum(['open', 'strict', 'nist']).default('open'),
    /** By tap, a PIN with this many tries left or fewer counts as blocked; 0 switches that off. */
    contactlessPinFloor: z.int().min(0).max(254).default(0),
    /** Data bytes in one response: 256, or 255 as PivApplet. */
    blockSize: z.union([z.literal(255), z.literal(256)]).default(256),
    /** Answers `6CXX` to an Le that is too small, instead of Le bytes and `61XX`. */
    strictLe: z.boolean().default(false),
    /** The answer to SELECT names the application by its PIX alone, as a YubiKey's does. */
    pixOnly: z.boolean().default(false),
    /** Algorithms in the answer to SELECT: none, in one AC template, or one template for each. */
    algorithmTemplates: z.enum(['none', 'one', 'several']).default('none'),
    /** The answer to a wrong management key: `6982` as a YubiKey, `6A80` as PivApplet. */
    wrongManagementKey: z.enum(['6982', '6a80']).default('6982'),
    /** What uses up the PIN that 9C wants before every signature, besides the signature. */
    pinAlwaysEndsWith: z.enum(['next-command', 'access-check']).default('next-command'),
    /** PivApplet erases all private keys when PIN and PUK are both blocked. */
    eraseOnBothBlocked: z.boolean().default(false),
    /** The algorithm of the factory management key; firmware 5.7 and later: AES-192. */
    factoryManagementKey: z.enum(['3DES', 'AES-128', 'AES-192']).default('3DES'),
    /** Tells of keys and tries (F7) and of its serial number (F8); older cards do not. */
    metadata: z.boolean().default(true),
    /** Three bytes, the answer to FD. */
    version: z
      .string()
      .regex(/^[0-9a-f]{6}$/)
      .default('050403'),
    /** Hexadecimal. Empty: the ATR of a YubiKey 5 NFC on that interface. */
    atr: z
      .string()
      .regex(/^([0-9a-f]{2})*$/)
      .default(''),
  })
  .readonly()
export type Behaviour = z.infer<typeof behaviourSchema>

/** What the reader reports when the card is powered on. */
export function atrOf(behaviour: Behaviour): Buffer {
  const usual = behaviour.interface === 'contactless' ? yubikeyNfcAtr : yubikeyContactAtr
  return Buffer.from(behaviour.atr === '' ? usual : behaviour.atr, 'hex')
}
