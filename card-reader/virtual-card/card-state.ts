import { z } from 'zod'
import { behaviourSchema, type Behaviour } from './behaviour.ts'

/** Algorithm identifiers of the keys this card can hold. */
export const keyAlgorithms = { rsa2048: 0x07, p256: 0x11, p384: 0x14 } as const
const keyAlgorithmSchema = z.union([z.literal(0x07), z.literal(0x11), z.literal(0x14)])
export type KeyAlgorithmId = z.infer<typeof keyAlgorithmSchema>

export const managementAlgorithms = {
  0x03: { name: '3DES', cipher: 'des-ede3', keyBytes: 24, blockBytes: 8 },
  0x08: { name: 'AES-128', cipher: 'aes-128-ecb', keyBytes: 16, blockBytes: 16 },
  0x0a: { name: 'AES-192', cipher: 'aes-192-ecb', keyBytes: 24, blockBytes: 16 },
  0x0c: { name: 'AES-256', cipher: 'aes-256-ecb', keyBytes: 32, blockBytes: 16 },
} as const
export type ManagementAlgorithmId = keyof typeof managementAlgorithms

export const policies = { never: 1, once: 2, always: 3 } as const

const hex = z.string().regex(/^([0-9a-f]{2})*$/)
const reference = z.string().regex(/^[0-9a-f]{2}$/)

const secretSchema = z.object({
  /** The 8 bytes as they travel. */
  value: hex.length(16),
  triesTotal: z.int().min(1).max(255),
  triesLeft: z.int().min(0).max(255),
})
export type StoredSecret = z.infer<typeof secretSchema>

const keySchema = z.object({
  algorithm: keyAlgorithmSchema,
  origin: z.enum(['generated', 'imported']),
  pinPolicy: z.int().min(1).max(3),
  /** Reported, but there is no button to touch. */
  touchPolicy: z.int().min(1).max(3),
  /** PKCS#8 PEM. In the clear: this is a simulator, its file is as good as the card. */
  privateKey: z.string(),
})
export type StoredKey = z.infer<typeof keySchema>

/** Everything that survives power-off. */
export const cardStateSchema = z.object({
  format: z.literal('ecard-virtual-card.v1'),
  serialNumber: z.int().min(0).max(0xffffffff),
  behaviour: behaviourSchema,
  pin: secretSchema,
  puk: secretSchema,
  managementKey: z.object({
    algorithm: z.union([z.literal(0x03), z.literal(0x08), z.literal(0x0a), z.literal(0x0c)]),
    value: hex,
  }),
  /** By key reference, such as `9a`. */
  keys: z.record(reference, keySchema),
  /** Whole objects by tag, such as `5fc102`: base64 of the bytes that GET DATA returns. */
  objects: z.record(z.string(), z.base64()),
})
export type CardState = z.infer<typeof cardStateSchema>

export const factorySecrets = {
  pin: '313233343536ffff',
  puk: '3132333435363738',
  managementKey: '010203040506070801020304050607080102030405060708',
} as const
const factoryTries = 3

/** A card as it comes from the factory: no keys, no objects, well-known secrets. */
export function blankState(serialNumber: number, behaviour: Behaviour): CardState {
  return {
    format: 'ecard-virtual-card.v1',
    serialNumber,
    behaviour,
    pin: freshSecret(factorySecrets.pin, factoryTries),
    puk: freshSecret(factorySecrets.puk, factoryTries),
    managementKey: factoryManagementKey(behaviour),
    keys: {},
    objects: {},
  }
}

export function freshSecret(value: string, tries: number): StoredSecret {
  return { value, triesTotal: tries, triesLeft: tries }
}

/** The well-known bytes, cut to the length of the algorithm's key. */
export function factoryManagementKey(behaviour: Behaviour): CardState['managementKey'] {
  const algorithm = { '3DES': 0x03, 'AES-128': 0x08, 'AES-192': 0x0a } as const
  const id = algorithm[behaviour.factoryManagementKey]
  const bytes = managementAlgorithms[id].keyBytes
  return { algorithm: id, value: factorySecrets.managementKey.slice(0, 2 * bytes) }
}
