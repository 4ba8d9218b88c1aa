import type { Database } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { AuthorityStore } from './authority-store.ts'
import { loadSoundAnchors, type AnchorFault, type TrustAnchors } from './trust-anchors.ts'

/** Whoever judges certificates asks for the anchors each time: they change while the service runs. */
export interface TrustAnchorSource {
  current(): TrustAnchors
}

export interface WatchedTrustAnchors extends TrustAnchorSource {
  /** Authorities of the registry that are left out because they are unsound. */
  faults(): readonly AnchorFault[]
  stop(): Promise<void>
}

export interface WatchTrustAnchorsDeps {
  readonly db: Pick<Database, 'listen'>
  readonly certificates: Pick<AuthorityStore, 'listAuthorities'>
  readonly log: Log
}

/** The channel that a trigger on the table of authorities notifies at each commit. */
const channel = 'ecard_authorities'
const retryDelayMs = 500

/**
 * Keeps the anchors those of the registry: loaded now, and again whenever an authority is made,
 * retired or revoked anywhere. New anchors remember no verified signature.
 *
 * An unsound authority is left out and told in `faults` and the log. While the registry cannot be
 * asked the last anchors stay, and it is asked again until it answers.
 *
 * @throws DatabaseUnavailable when the registry cannot be asked the first time
 */
export async function watchTrustAnchors(deps: WatchTrustAnchorsDeps): Promise<WatchedTrustAnchors> {
  const { db, certificates, log } = deps
  let loaded = loadSoundAnchors([])
  let asked = 0
  let answered = 0
  let stopped = false
  let retry: NodeJS.Timeout | undefined

  async function load(): Promise<void> {
    const turn = ++asked
    const found = loadSoundAnchors(await certificates.listAuthorities())
    // An answer that a later question's has overtaken may be older than what is known.
    if (turn < answered) return
    answered = turn
    loaded = found
    for (const { name, fault, authorityId } of found.faults)
      log.warn('pki.authority-unsound', { authority: name, fault, authorityId })
  }

  function reload(): void {
    clearTimeout(retry)
    load().then(
      () => {
        log.info('pki.anchors-loaded', { count: loaded.anchors.byKeyIdentifier.size })
      },
      (error: unknown) => {
        if (stopped) return
        log.error('pki.anchors-not-loaded', error)
        retry = setTimeout(reload, retryDelayMs)
      },
    )
  }

  // Heard before the first look, so that no change falls between the two.
  const stopListening = await db.listen(channel, reload, reload)
  try {
    await load()
  } catch (error) {
    await stopListening()
    throw error
  }
  return {
    current: () => loaded.anchors,
    faults: () => loaded.faults,
    stop: async () => {
      stopped = true
      clearTimeout(retry)
      await stopListening()
    },
  }
}
