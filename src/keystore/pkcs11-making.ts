import { setTimeout as delay } from 'node:timers/promises'
import { Duplicate } from '../errors.ts'
import type { Pkcs11Host } from './pkcs11-host.ts'
import type { KeyOnOffer, Pkcs11Order } from './pkcs11-orders.ts'

/** How long a process waits for another to give way that made a key of this name meanwhile. */
const contest = { pauseMs: 100, looks: 20 }

/**
 * Makes a key in a process of its own: that may take a minute, and nobody's signature shall wait
 * for it. And SoftHSM hides from a process what others make while it makes something itself, so
 * the process that looks never makes any.
 *
 * @param looker - the process that looks for keys
 * @param maker - a process of this key's own, ended when it is made
 * @throws Duplicate
 */
export async function makeKey(
  order: Extract<Pkcs11Order, { verb: 'generate' | 'adopt' }>,
  { looker, maker }: { looker: Pkcs11Host; maker: Pkcs11Host },
): Promise<KeyOnOffer> {
  const { name } = order
  // Also where a refused PIN is remembered: no new process tries it.
  if (await looker.ask({ verb: 'has', name })) throw taken(name)
  try {
    const made = await maker.ask(order)
    return await keepOrRemove(made, { name, looker, maker })
  } finally {
    maker.close()
  }
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
