import type { CardAuthRequest } from '../card-auth/start-card-auth.ts'
import { AppError } from '../errors.ts'
import type { SignInSlot } from '../holders/card-kind.ts'
import type { SignInRequest } from '../oidc/interaction.ts'
import type { Terminal } from '../terminals/terminal.ts'
import type { Language } from './words/language.ts'
import type { StateName } from './words/state-words.ts'

export interface BeginSignInDeps {
  readonly cardAuth: {
    start(request: CardAuthRequest): Promise<StartedChallenge>
  }
  readonly terminals: {
    /** The active terminal that the browser with this secret is paired with. */
    ofBrowser(pairingSecret: string): Promise<Terminal | null>
  }
}

interface StartedChallenge {
  readonly challengeId: string
  readonly number: string
  readonly expiresAt: Date
}

/** What this browser brings to a sign-in. */
export interface Browser {
  /** Ties the challenge to it. */
  readonly secret: string
  /** null: it was never paired. */
  readonly pairingSecret: string | null
  readonly language: Language
}

/** How a sign-in begins: what the page says first, and the card that is waited for, if any. */
export interface Beginning {
  readonly state: StateName
  readonly terminalName: string | null
  readonly challenge: StartedChallenge | null
}

/** Asks the terminal of this browser for a card, or says why that cannot be done now. */
export async function beginSignIn(
  deps: BeginSignInDeps,
  request: SignInRequest,
  browser: Browser,
): Promise<Beginning> {
  const { pairingSecret } = browser
  const terminal = pairingSecret === null ? null : await deps.terminals.ofBrowser(pairingSecret)
  if (terminal === null) return { state: 'not-paired', terminalName: null, challenge: null }
  const keySlot = slotFor(request, terminal)
  const challenge = await unlessOffline(() =>
    deps.cardAuth.start({
      interactionId: request.interactionId,
      browserSecret: browser.secret,
      terminal,
      keySlot,
      cardKinds: request.cardKinds,
      application: request.client.name,
      office: request.client.office,
      language: browser.language,
    }),
  )
  const waiting = keySlot === '9A' ? 'waiting-with-pin' : 'waiting'
  const state = challenge === null ? 'no-agent' : waiting
  return { state, terminalName: terminal.name, challenge }
}

/** A tap alone is enough for the lowest level, and at the province's own terminals only. */
function slotFor({ requiredLevel }: SignInRequest, { mode }: Terminal): SignInSlot {
  return requiredLevel === 'low' && mode === 'managed' ? '9E' : '9A'
}

async function unlessOffline<T>(start: () => Promise<T>): Promise<T | null> {
  try {
    return await start()
  } catch (error) {
    if (error instanceof AppError && error.code === 'TERMINAL_OFFLINE') return null
    throw error
  }
}
