import type { Random } from '../../../src/random.ts'

/** Who is signed in to one application, as the sign-in service said. */
export interface SignedIn {
  readonly subject: string
  /** The session at the sign-in service, which a logout token names. */
  readonly sid: string | null
  readonly idToken: string
  readonly name: string
  /** What stands below the name: agency and position, or the organisation's tax code. */
  readonly office: string
  readonly acr: string
  readonly amr: readonly string[]
  readonly at: Date
}

/** The sessions of one application, in memory: they end with the demo. */
export interface LocalSessions {
  /** A new session's id; null where the service has already ended `sid`. */
  start(signedIn: SignedIn): string | null
  find(id: string | undefined): SignedIn | null
  /** Whether this id was ended from outside since its browser last asked. */
  takeEndedElsewhere(id: string | undefined): boolean
  end(id: string | undefined): SignedIn | null
  /** Ends what a logout token names: one session, or all of a subject without one. */
  endAll(named: { readonly sid: string | null; readonly subject: string | null }): number
  all(): readonly SignedIn[]
}

const maxRemembered = 1000

export function createLocalSessions(random: Random): LocalSessions {
  const sessions = new Map<string, SignedIn>()
  const endedElsewhere = createMemory()
  // A logout may overtake the code it ends: a session the service has ended never starts here.
  const endedSids = createMemory()
  return {
    start: (signedIn) => {
      if (signedIn.sid !== null && endedSids.has(signedIn.sid)) return null
      const id = random.bytes(32).toString('base64url')
      sessions.set(id, signedIn)
      return id
    },
    find: (id) => sessions.get(id ?? '') ?? null,
    takeEndedElsewhere: (id) => endedElsewhere.take(id ?? ''),
    end: (id) => {
      const found = sessions.get(id ?? '') ?? null
      sessions.delete(id ?? '')
      return found
    },
    endAll: (named) => {
      if (named.sid !== null) endedSids.add(named.sid)
      const ended = [...sessions].filter(([, signedIn]) => isNamed(signedIn, named))
      for (const [id] of ended) {
        sessions.delete(id)
        endedElsewhere.add(id)
      }
      return ended.length
    },
    all: () => [...sessions.values()],
  }
}

/** OpenID Connect Back-Channel Logout 1.0 §2.7: `sid` names a session, `sub` alone all of them. */
function isNamed(
  signedIn: SignedIn,
  named: { readonly sid: string | null; readonly subject: string | null },
): boolean {
  if (named.sid !== null) return signedIn.sid === named.sid
  return signedIn.subject === named.subject
}

/** A set that forgets its oldest members. */
function createMemory() {
  const members = new Set<string>()
  return {
    add: (member: string) => {
      members.add(member)
      const [oldest] = members
      if (members.size > maxRemembered && oldest !== undefined) members.delete(oldest)
    },
    has: (member: string) => members.has(member),
    take: (member: string) => members.delete(member),
  }
}
