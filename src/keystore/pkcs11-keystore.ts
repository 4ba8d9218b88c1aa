import { createPublicKey, type KeyObject } from 'node:crypto'
import { KeystoreUnavailable } from '../errors.ts'
import type { TokenAddress } from './hsm-fault.ts'
import { checkKeyName } from './key-name.ts'
import type { KeystoreProblem, PortableKeystore, SecretKey, SigningKey } from './keystore.ts'
import { Pkcs11Host, type Pkcs11Patience } from './pkcs11-host.ts'
import { makeKey, Pkcs11Makers } from './pkcs11-making.ts'
import { digestFor, type KeyOnOffer, type OpenKey } from './pkcs11-orders.ts'
import { missingSecret } from './pkcs11-secrets.ts'
import { algorithmOf } from './signing-key.ts'

export interface Pkcs11KeystoreOptions extends TokenAddress {
  /** Ten seconds, and two minutes for making a key, unless told otherwise. */
  readonly patience?: Pkcs11Patience
}

/** A keystore that holds a process open. */
export interface Pkcs11Keystore extends PortableKeystore {
  /** Ends the process that talks to the HSM. */
  close(): void
}

const usualPatience: Pkcs11Patience = { answerMs: 10_000, generateMs: 120_000 }

/** What can be otherwise a moment later, without anybody changing the settings. */
const passing: readonly unknown[] = ['hsm-unreachable', 'token-missing'] satisfies KeystoreProblem[]

/**
 * A keystore on a token of an HSM, by PKCS#11 and in a process of its own. A key is a pair of
 * objects labelled with its name; private keys are made there and never come out.
 *
 * An HSM that is away now is no reason not to start: what needs its keys fails with
 * `KeystoreUnavailable` until it is back, and works then, also with keys handed out before.
 * Of two processes that make a key of the same name at the same moment one gets `Duplicate`.
 *
 * @throws KeystoreUnavailable for what somebody has to put right: the module, the PIN, the library
 */
export async function openPkcs11Keystore(options: Pkcs11KeystoreOptions): Promise<Pkcs11Keystore> {
  const { module, token, pinFile, patience = usualPatience } = options
  const address = { module, token, pinFile }
  const host = new Pkcs11Host(address, patience)
  const processes = { looker: host, makers: new Pkcs11Makers(address, patience) }
  await checkAtStart(host)
  return {
    has: async (name) => host.ask({ verb: 'has', name: checkKeyName(name) }),
    key: async (name) => {
      const key = await host.ask({ verb: 'find', name: checkKeyName(name) })
      return signingKey(host, name, key)
    },
    generate: async (name, algorithm) => {
      const order = { verb: 'generate', name: checkKeyName(name), algorithm } as const
      return signingKey(host, name, await makeKey(order, processes))
    },
    hasSecret: async (name) => host.ask({ verb: 'has-secret', name: checkKeyName(name) }),
    secret: async (name) => {
      const isThere = await host.ask({ verb: 'has-secret', name: checkKeyName(name) })
      if (!isThere) throw missingSecret(token, name)
      return secretKey(host, name)
    },
    generateSecret: async (name) => {
      const order = { verb: 'generate-secret', name: checkKeyName(name) } as const
      await processes.makers.with((maker) => maker.ask(order))
      return secretKey(host, name)
    },
    adopt: async (name, privateKey) => {
      const key = openKey(privateKey)
      try {
        const order = { verb: 'adopt', name: checkKeyName(name), key } as const
        return signingKey(host, name, await makeKey(order, processes))
      } finally {
        key.pkcs8.fill(0)
      }
    },
    encryptedKey: (name) => Promise.reject(notExportable(token, name)),
    close: () => {
      host.close()
    },
  }
}

async function checkAtStart(host: Pkcs11Host): Promise<void> {
  try {
    await host.ask({ verb: 'check' })
  } catch (error) {
    if (error instanceof KeystoreUnavailable && passing.includes(error.facts['problem'])) return
    host.close()
    throw error
  }
}

function openKey(privateKey: KeyObject): OpenKey {
  return {
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    algorithm: algorithmOf(privateKey),
  }
}

/** Knows the key by its name and public half alone, so it outlives every session with the HSM. */
function signingKey(host: Pkcs11Host, name: string, key: KeyOnOffer): SigningKey {
  const { algorithm } = key
  const publicKey = Buffer.from(key.publicKey)
  return {
    name,
    algorithm,
    publicKey,
    sign: async (data) => {
      const what = { digest: digestFor(algorithm, data), publicKey }
      return new Uint8Array(await host.ask({ verb: 'sign', name, what }))
    },
  }
}

function secretKey(host: Pkcs11Host, name: string): SecretKey {
  return {
    name,
    hmac: async (data) => Buffer.from(await host.ask({ verb: 'hmac', name, data })),
  }
}

function notExportable(token: string, name: string): KeystoreUnavailable {
  return new KeystoreUnavailable(
    `the key ${name} is on the token ${token}, which never lets it go: ` +
      'back the token up with the tool of the HSM',
    { problem: 'key-not-exportable' satisfies KeystoreProblem, token, key: name },
  )
}
