import type { CardPort } from './card-port.ts'
import type { Clock } from './clock.ts'
import type { KnownCards } from './known-cards.ts'
import type { Log } from './log.ts'
import type { PinPrompt } from './pin-prompt/pin-prompt.ts'
import type { Progress } from './progress.ts'
import type { AgentFrame, SignInRequest } from './protocol.ts'
import { runSignIn, type SignedIn } from './sign-in.ts'
import type { Signatory, TerminalKey } from './terminal-key.ts'

export interface SignInDeskDeps {
  readonly cardPort: CardPort
  readonly knownCards: KnownCards
  readonly pinPrompt: PinPrompt
  readonly key: TerminalKey
  readonly signatory: Signatory
  readonly clock: Clock
  readonly log: Log
  /** False when there is no connection; what matters is then sent again by `resume`. */
  send(frame: AgentFrame): boolean
  /** Resolves when nobody else has the reader; null where nobody has it now. */
  untilFree(): Promise<void> | null
  /** For whoever watches in process. */
  onProgress(request: SignInRequest, progress: Progress): void
}

/** Serves one sign-in at a time: a reader has one place for one card. */
export interface SignInDesk {
  /** A newer request replaces an older one; the same request again is told how far it has come. */
  begin(request: SignInRequest): void
  cancel(challengeId: string): void
  /** After a reconnection: says how far the sign-in is, or hands in the answer it could not send. */
  resume(): void
  /** Whether one waits for a card or has one. */
  isActive(): boolean
  /** Resolves when no card is in use any more. */
  stop(): Promise<void>
}

interface ActiveSignIn {
  readonly request: SignInRequest
  readonly ending: AbortController
  /** What the service has to know now: the last step, or in the end the card's answer. */
  latest: AgentFrame | null
}

/** The life of a challenge; no request is waited for longer, whatever it says. */
const challengeMs = 300_000

export function createSignInDesk(deps: SignInDeskDeps): SignInDesk {
  let active: ActiveSignIn | null = null
  let turn: Promise<void> = Promise.resolve()
  const end = (reason: string): void => {
    if (active === null) return
    deps.log.info('sign-in.ended', { challengeId: active.request.challengeId, reason })
    active.ending.abort()
    active = null
  }
  const resume = (): void => {
    if (active?.latest == null || !deps.send(active.latest)) return
    if (active.latest.type === 'auth-token') end('answered')
  }
  const serve = async (signIn: ActiveSignIn): Promise<void> => {
    // Replaced while it waited for its turn.
    if (active !== signIn) return
    await waitForReader(deps, signIn)
    if (!isActive(signIn)) return
    const timer = setTimeout(
      () => {
        end('expired')
      },
      lifetimeMs(signIn.request, deps.clock.now()),
    )
    signIn.ending.signal.addEventListener('abort', () => {
      clearTimeout(timer)
    })
    signIn.latest = (await answerOf(deps, signIn)) ?? signIn.latest
    if (!isActive(signIn)) return
    if (signIn.latest?.type === 'auth-token') resume()
    else end('given-up')
  }
  const isActive = (signIn: ActiveSignIn): boolean => active === signIn
  return {
    begin: (request) => {
      if (active?.request.challengeId === request.challengeId) {
        resume()
        return
      }
      end('replaced')
      const signIn = { request, ending: new AbortController(), latest: null }
      active = signIn
      // The one before must have let go of the card first.
      turn = turn
        .then(() => serve(signIn))
        .catch((error: unknown) => {
          deps.log.error('sign-in.failed', error, { challengeId: request.challengeId })
          if (active === signIn) end('failed')
        })
    },
    cancel: (challengeId) => {
      if (active?.request.challengeId === challengeId) end('cancelled')
    },
    resume,
    isActive: () => active !== null,
    stop: async () => {
      end('stopped')
      await turn
    },
  }
}

/**
 * How long to wait for a card. No service sends a request that has expired: one that looks so says
 * that this computer's clock is wrong, and a kiosk with a wrong clock still has to work.
 */
function lifetimeMs({ expiresAt }: SignInRequest, now: Date): number {
  const remaining = Date.parse(expiresAt) - now.getTime()
  return remaining <= 0 ? challengeMs : Math.min(remaining, challengeMs)
}

/** Somebody far away works on a card here: the page says so, and goes on by itself. */
async function waitForReader(deps: SignInDeskDeps, signIn: ActiveSignIn): Promise<void> {
  const free = deps.untilFree()
  if (free === null) return
  report(deps, signIn, { step: 'terminal-busy' })
  const { signal } = signIn.ending
  const ended = new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
  await Promise.race([free, ended])
}

function report(deps: SignInDeskDeps, signIn: ActiveSignIn, progress: Progress): void {
  const { challengeId, application, number, language } = signIn.request
  signIn.latest = { type: 'progress', challengeId, ...progress }
  deps.log.info('sign-in.step', { challengeId, ...progress })
  deps.send(signIn.latest)
  deps.pinPrompt.notify({ application, number, language, step: progress.step })
  deps.onProgress(signIn.request, progress)
}

async function answerOf(deps: SignInDeskDeps, signIn: ActiveSignIn): Promise<AgentFrame | null> {
  const { request, ending } = signIn
  const issuer = deps.signatory.issuer
  const watched = {
    ...{ ...deps, issuer, signal: ending.signal },
    report: (progress: Progress) => {
      report(deps, signIn, progress)
    },
  }
  const signed = await runSignIn(watched, request)
  return signed === null ? null : witness(deps, request, signed)
}

/** The terminal signs too: this card answered here, to this question. */
async function witness(
  { key, signatory }: SignInDeskDeps,
  { challengeId, nonce, keySlot }: SignInRequest,
  { cardUuid, token }: SignedIn,
): Promise<AgentFrame> {
  const terminalSignature = await key.signCardAnswer({ nonce, cardUuid, keySlot }, signatory)
  return { type: 'auth-token', challengeId, cardUuid, keySlot, token, terminalSignature }
}
