import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Duplicate, KeystoreUnavailable } from '../errors.ts'
import { hsmFault, type TokenAddress } from './hsm-fault.ts'
import type { KeystoreProblem } from './keystore.ts'
import { Pkcs11Host, type Pkcs11Patience } from './pkcs11-host.ts'
import type { KeyOnOffer, Pkcs11Order } from './pkcs11-orders.ts'

/** How long a process waits for another to give way that made a key of this name meanwhile. */
const contest = { pauseMs: 100, looks: 20 }

/**
 * Starts a process for each key or secret that is made: that may take a minute, and nobody's
 * signature shall wait for it. And SoftHSM hides from a process what others make while it makes
 * something itself, so the process that looks for keys never makes any.
 */
export class Pkcs11Makers {
  readonly #address: TokenAddress
  readonly #patience: Pkcs11Patience
  /** When the PIN file was written whose PIN was refused: no further process tries it. */
  #refusedAt: number | null = null

  constructor(address: TokenAddress, patience: Pkcs11Patience) {
    this.#address = address
    this.#patience = patience
  }

  async with<T>(work: (maker: Pkcs11Host) => Promise<T>): Promise<T> {
    const writtenAt = await writtenAtOf(this.#address.pinFile)
    if (writtenAt !== null && writtenAt === this.#refusedAt) {
      throw hsmFault('wrong-pin', this.#address)
    }
    const maker = new Pkcs11Host(this.#address, this.#patience)
    try {
      return await work(maker)
    } catch (error) {
      if (isWrongPin(error)) this.#refusedAt = writtenAt
      throw error
    } finally {
      maker.close()
    }
  }
}

/**
 * @param looker - the process that looks for keys
 * @throws Duplicate
 */
export async function makeKey(
  order: Extract<Pkcs11Order, { verb: 'generate' | 'adopt' }>,
  { looker, makers }: { looker: Pkcs11Host; makers: Pkcs11Makers },
): Promise<KeyOnOffer> {
  const { name } = order
  if (await looker.ask({ verb: 'has', name })) throw taken(name)
  return makers.with(async (maker) => {
    const made = await maker.ask(order)
    return keepOrRemove(made, { name, looker, maker })
  })
}

/** What we cannot be sure to have alone we do not leave behind either. */
async function keepOrRemove(
  made: KeyOnOffer,
  { name, looker, maker }: { name: string; looker: Pkcs11Host; maker: Pkcs11Host },
): Promise<KeyOnOffer> {
  try {
    if (!(await staysAlone(looker, made.id, { name }))) throw taken(name)
    return made
  } catch (error) {
    await maker.ask({ verb: 'remove', name, id: made.id })
    throw error
  }
}

/**
 * Does no other key of this name stay? PKCS #11 lets a token have several, so who made one at the
 * same moment has to give way: of two, the one whose id is smaller stays. The other may have looked
 * before ours was there, and then it does not go; so we wait for that a while, and then go
 * ourselves. Two never stay: whoever stays has seen itself alone after it was there.
 */
async function staysAlone(
  looker: Pkcs11Host,
  own: string,
  { name }: { name: string },
): Promise<boolean> {
  let before: readonly string[] = []
  for (let look = 0; look < contest.looks; look++) {
    const rivals = (await looker.ask({ verb: 'ids', name })).filter((id) => id !== own)
    if (rivals.length === 0) return true
    // Seen twice: the library gives a new key its final id only a moment after it made it.
    if (rivals.some((id) => id < own && before.includes(id))) return false
    before = rivals
    await delay(contest.pauseMs)
  }
  return false
}

function taken(name: string): Duplicate {
  return new Duplicate('the key exists', { key: name })
}

/** In milliseconds; null when the file cannot be read, which the process tells. */
async function writtenAtOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs
  } catch {
    return null
  }
}

function isWrongPin(error: unknown): boolean {
  const problem = error instanceof KeystoreUnavailable ? error.facts['problem'] : null
  return problem === ('wrong-pin' satisfies KeystoreProblem)
}
